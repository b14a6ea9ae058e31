package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task that has ended.
 *
 * @param status its last report
 * @param work names what it has done, over all tasks; or null
 * @param acked whether the control center has the report
 */
record EndedTask(TaskStatus status, @Nullable String work, boolean acked) {

    EndedTask asAcked() {
        return new EndedTask(status, work, true);
    }

    /** Without words and output. */
    EndedTask shortened() {
        TaskStatus brief = new TaskStatus(
                status.taskId(),
                status.taskType(),
                status.revision(),
                status.state(),
                status.attempt(),
                status.epochNanos(),
                "",
                Map.of(),
                status.progress(),
                status.retryAfter(),
                status.origin());
        return new EndedTask(brief, work, acked);
    }
}
