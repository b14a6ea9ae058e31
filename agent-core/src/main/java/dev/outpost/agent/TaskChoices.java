package dev.outpost.agent;

import dev.outpost.agent.internal.runtime.AgentConfig;
import dev.outpost.agent.internal.task.TaskSettings;
import dev.outpost.agent.internal.task.TaskTypes;
import dev.outpost.agent.internal.task.TaskWorkers;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskThreads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the builder is told of tasks. */
final class TaskChoices {

    final Map<String, TaskTypes.Definition> types = new LinkedHashMap<>();

    @Nullable TaskExecutor executor;

    TaskThreads threads = TaskThreads.PLATFORM;
    int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
    int queueCapacity = 1_000;
    Duration attemptTimeout = Duration.ofMinutes(10);
    RetryPolicy retry = RetryPolicy.DEFAULT;
    Duration grace = Duration.ofSeconds(5);
    int resultChars = 64 * 1024;
    int logRecords = 10_000;
    ClosePolicy onClose = ClosePolicy.KEEP;

    @Nullable Path journal;

    /** Whether the type is new. */
    boolean add(String type, TaskHandler handler, TaskOptions options) {
        return types.put(type, new TaskTypes.Definition(handler, options)) == null;
    }

    void check(SettingsCheck check) {
        types.keySet().forEach(type -> check.length("task", type, 128));
        check.range("taskWorkers", workers, 1, 1_024);
        if (threads == TaskThreads.VIRTUAL && !TaskWorkers.hasVirtualThreads()) {
            check.add("taskThreads", "VIRTUAL on Java " + Runtime.version().feature(), "VIRTUAL from Java 21 on");
        }
        check.range("taskQueueCapacity", queueCapacity, 1, 1_000_000);
        check.range("taskAttemptTimeout", attemptTimeout, Duration.ofMillis(1), Duration.ofDays(7));
        check.range("cancelGrace", grace, Duration.ofMillis(10), Duration.ofMinutes(5));
        check.range("taskResultLimit", resultChars, 256, 512 * 1024);
        check.range("taskLogLimit", logRecords, 0, 10_000_000);
    }

    AgentConfig.Tasks config() {
        return new AgentConfig.Tasks(
                new TaskSettings(queueCapacity, attemptTimeout, retry, grace, resultChars, logRecords, onClose),
                new LinkedHashMap<>(types),
                executor,
                threads,
                workers,
                journal);
    }
}
