package dev.outpost.examples.demo;

import dev.outpost.agent.log.Severity;
import dev.outpost.agent.task.TaskContext;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Task {@code housekeeping}, run by a cron schedule: deletes files of the demo's scratch directory that are older than a few
 * seconds, and leaves a new one, so that there is always something to do.
 */
final class HousekeepingTask implements TaskHandler {

    static final String TYPE = "housekeeping";
    private static final Duration OLD = Duration.ofSeconds(10);

    private final Path scratch;

    HousekeepingTask(Path scratch) {
        this.scratch = scratch;
    }

    @Override
    public TaskResult handle(TaskRequest task, TaskContext context) throws IOException {
        Files.createTempFile(scratch, "scratch-", ".tmp");
        Instant limit = Instant.now().minus(OLD);
        int deleted = 0;
        for (Path file : files()) {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.delete(file);
                deleted++;
            }
        }
        context.logs().publish(Severity.INFO, "housekeeping done", "deleted", Integer.toString(deleted));
        return TaskResult.succeeded(Map.of("deleted", Integer.toString(deleted)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> list = Files.list(scratch)) {
            return list.toList();
        }
    }
}
