package dev.outpost.agent.task;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A report on a task: where it stands since when.
 *
 * @param taskId the task
 * @param taskType its type
 * @param revision grows with every report of one task; of two reports the one with the larger revision holds
 * @param state where it stands
 * @param attempt the newest attempt, from 1; 0 before the first
 * @param epochNanos when it came to this, wall clock of the agent, nanoseconds since 1970-01-01T00:00:00Z
 * @param detail why, for people; may be empty
 * @param output what came of it, with {@link TaskState#SUCCEEDED}
 * @param progress 0 to 1, as the handler says
 * @param retryAfter when to try again, with {@link TaskState#REFUSED} and {@link TaskState#RETRY_WAIT}, or null
 * @param origin who wanted the task
 */
public record TaskStatus(
        String taskId,
        String taskType,
        long revision,
        TaskState state,
        int attempt,
        long epochNanos,
        String detail,
        Map<String, String> output,
        double progress,
        @Nullable Duration retryAfter,
        TaskOrigin origin) {

    /** Copies the output. */
    public TaskStatus {
        Objects.requireNonNull(taskId, "taskId");
        Objects.requireNonNull(taskType, "taskType");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(origin, "origin");
        output = Collections.unmodifiableMap(new LinkedHashMap<>(output));
    }
}
