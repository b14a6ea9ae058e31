package dev.outpost.center.internal;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.store.TaskRecord;
import org.jspecify.annotations.Nullable;

/** What an agent's words about a task are worth, given what is known of the task and which memory of the agent they come from. */
final class ReportNews {

    private ReportNews() {}

    /** Whether a report says something new, rather than what is known, has been overtaken, or comes after the end. */
    static boolean isNews(@Nullable TaskRecord before, TaskStatus status, String memory) {
        if (before == null || before.status() == null) {
            return true;
        }
        if (before.isEnded() && before.request() != null) {
            return false; // what was dispatched ends once
        }
        long known = before.status().revision();
        if (before.countedBy().equals(memory)) {
            return status.revision() > known;
        }
        // The next run repeats what may not have come. It has lower numbers only if it could not write its journal.
        return !AgentMemory.remembers(memory, before.countedBy())
                || status.revision() != known
                || status.state() != before.status().state();
    }

    /** Whether an attempt ran in a life of the agent that the present one knows nothing of: sent again, it would run again. */
    static boolean isForgotten(TaskRecord record, String memory) {
        TaskStatus last = record.status();
        TaskRequest request = record.request();
        return last != null
                && request != null
                && !request.idempotent()
                && (last.state() == TaskState.RUNNING || last.state() == TaskState.CANCELLING)
                && !AgentMemory.remembers(memory, record.countedBy());
    }
}
