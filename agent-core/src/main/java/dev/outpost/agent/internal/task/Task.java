package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One task in the table: its state and what belongs to it now. Control loop only. */
final class Task {

    final TaskRequest request;
    final TaskOrigin origin;
    final ExecutorQueue queue;
    final long order;
    private final List<Consumer<TaskStatus>> watchers = new ArrayList<>(1);

    /** How the task came to be asked to stop. */
    enum Stop {
        NONE,
        TIMEOUT,
        DEADLINE,
        CANCEL
    }

    TaskState state = TaskState.ACCEPTED;
    long revision;
    int attempts;
    Stop stop = Stop.NONE;
    String stopReason = "";

    @Nullable AttemptRun attempt;

    TaskExecutor.@Nullable Run run;
    Timers.@Nullable Timer attemptTimer;
    Timers.@Nullable Timer deadlineTimer;
    Timers.@Nullable Timer retryTimer;
    Timers.@Nullable Timer progressTimer;
    double progress;

    Task(TaskRequest request, TaskOrigin origin, ExecutorQueue queue, long order) {
        this.request = request;
        this.origin = origin;
        this.queue = queue;
        this.order = order;
    }

    void watch(Consumer<TaskStatus> watcher) {
        watchers.add(watcher);
    }

    List<Consumer<TaskStatus>> watchers() {
        return watchers;
    }

    /** The present state as a report, with the next revision. */
    TaskStatus report(long epochNanos, String detail, Map<String, String> output, @Nullable Duration retryAfter) {
        return new TaskStatus(
                request.id(),
                request.type(),
                ++revision,
                state,
                attempts,
                epochNanos,
                detail,
                output,
                progress,
                retryAfter,
                origin);
    }
}
