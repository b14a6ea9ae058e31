package dev.outpost.center.store;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a control center knows of a task of an agent. The agent's id and the task's id together name it.
 *
 * @param agentId whose task it is
 * @param taskId the task
 * @param request what was dispatched, or null when the agent was not asked by a control center: the task of a schedule, a rule,
 *     or its program
 * @param since when it was dispatched, or first reported
 * @param sent whether it may have been sent. From then on only the agent decides what becomes of it; before, only the control
 *     center does. So there is exactly one judge at any time, and none is overruled
 * @param cancelReason why it is to be stopped, or null
 * @param status the newest report, or null before the first
 * @param countedBy names the memory of the agent that {@link TaskStatus#revision} counts in: its journal, or the run of an agent
 *     without one; empty before the first report
 */
public record TaskRecord(
        String agentId,
        String taskId,
        @Nullable TaskRequest request,
        Instant since,
        boolean sent,
        @Nullable String cancelReason,
        @Nullable TaskStatus status,
        String countedBy) {

    /** Checks for null. */
    public TaskRecord {
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(taskId, "taskId");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(countedBy, "countedBy");
    }

    /** A task that is dispatched now, and of which nothing has been reported. */
    public static TaskRecord dispatched(String agentId, TaskRequest request, Instant now, boolean sent) {
        return new TaskRecord(agentId, request.id(), request, now, sent, null, null, "");
    }

    /** A task that the agent reports without having been asked. */
    public static TaskRecord own(String agentId, TaskStatus status, String countedBy, Instant now) {
        return new TaskRecord(agentId, status.taskId(), null, now, true, null, status, countedBy);
    }

    /** Whether it was dispatched and has not ended: such a record must be kept. */
    public boolean isOpen() {
        return request != null && !isEnded();
    }

    /** Whether it has come to a final state. */
    public boolean isEnded() {
        return status != null && status.state().isFinal();
    }

    /** The same, which may have been sent. */
    public TaskRecord asSent() {
        return new TaskRecord(agentId, taskId, request, since, true, cancelReason, status, countedBy);
    }

    /** The same, which is to be stopped. */
    public TaskRecord cancelled(String reason) {
        return new TaskRecord(agentId, taskId, request, since, sent, reason, status, countedBy);
    }

    /** The same with a newer report. */
    public TaskRecord reported(TaskStatus newest, String memory) {
        return new TaskRecord(agentId, taskId, request, since, sent, cancelReason, newest, memory);
    }
}
