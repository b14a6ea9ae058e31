package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.center.store.TaskRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one agent as its tasks see it: what was sent on it, and what the agent has said nothing of yet. Belongs to the
 * agent's turn.
 *
 * <p>What the agent calls stale was too long under way, or a clock was set: it is sent again, a few times.
 */
final class TaskWire {

    private static final int MOST_TIMES_SENT = 3;

    private final Workers workers;
    private final Map<Long, DispatchedTask> dispatches = new HashMap<>(4); // unanswered, by the number of the message
    private final Map<Long, DispatchedTask> cancels = new HashMap<>(4); // of tasks that have not ended
    private @Nullable AgentSession session;

    TaskWire(Workers workers) {
        this.workers = workers;
    }

    /** The connection, or null while there is none. */
    @Nullable AgentSession session() {
        return session;
    }

    /** The connection is this one now; nothing was sent on it. */
    void settle(@Nullable AgentSession present) {
        session = present;
        dispatches.clear();
        cancels.clear();
    }

    /** Whether the task was sent on this connection. */
    boolean carries(DispatchedTask task) {
        return session != null && task.sentOn == session;
    }

    /** Sends a task, as it is in the store, for the first time on this connection. */
    void send(DispatchedTask task, TaskRecord record) {
        dispatch(take(task), task, record);
    }

    /** As {@link #send}, but for a task that cannot be sent again, and that the agent has: only what is to become of it is sent. */
    void leave(DispatchedTask task, TaskRecord record) {
        AgentSession to = take(task);
        if (record.cancelReason() != null) {
            cancel(to, task, record.cancelReason());
        }
    }

    private AgentSession take(DispatchedTask task) {
        AgentSession to = Objects.requireNonNull(session, "no connection");
        task.sentBefore |= task.sentOn != null;
        task.sentOn = to;
        task.timesSent = 0;
        task.timesCancelled = 0;
        return to;
    }

    private void dispatch(AgentSession to, DispatchedTask task, TaskRecord record) {
        task.timesSent++;
        task.sentAs = to.outbound().send(new TaskDispatch(task.request()), 0);
        dispatches.put(task.sentAs, task);
        if (record.cancelReason() != null) {
            task.timesCancelled = 0;
            cancel(to, task, record.cancelReason());
        }
    }

    /** Has the agent cancel a task that was sent on this connection; on a later one it gets this with the task. */
    void cancel(DispatchedTask task, String reason) {
        if (session != null && task.sentOn == session) {
            task.timesCancelled = 0; // it is the program that says it again
            cancel(session, task, reason);
        }
    }

    private void cancel(AgentSession to, DispatchedTask task, String reason) {
        cancels.remove(task.cancelledAs, task); // the words about an earlier one count no longer
        task.timesCancelled++;
        task.cancelledAs = to.outbound().send(new TaskCancel(task.request().id(), reason), 0);
        cancels.put(task.cancelledAs, task);
    }

    /**
     * The agent could make nothing of the message with that number.
     *
     * @return the task whose dispatch that was, if it is not sent again; else null
     */
    @Nullable DispatchedTask rejected(long messageId, Rejection rejection) {
        AgentSession to = session;
        boolean stale = rejection.code() == Rejection.Code.STALE;
        DispatchedTask cancelled = cancels.remove(messageId);
        if (to != null && cancelled != null && stale && cancelled.timesCancelled < MOST_TIMES_SENT) {
            TaskRecord record = cancelled.record;
            if (record != null && record.cancelReason() != null) {
                workers.count("tasks.sent_again");
                cancel(to, cancelled, record.cancelReason());
            }
        }
        if (rejection.code() == Rejection.Code.REPEATED) {
            return null; // what came twice counts once
        }
        DispatchedTask task = dispatches.remove(messageId);
        if (to == null || task == null || task.record == null || !stale || task.timesSent >= MOST_TIMES_SENT) {
            return task;
        }
        workers.count("tasks.sent_again");
        dispatch(to, task, task.record);
        return null;
    }

    /** The agent has said something of a task. */
    void answered(DispatchedTask task) {
        dispatches.remove(task.sentAs, task);
    }

    /** Nothing is to be sent of it any more. */
    void ended(DispatchedTask task) {
        answered(task);
        cancels.remove(task.cancelledAs, task);
    }

    /** Has the agent forget a report. */
    void acknowledge(TaskStatus status) {
        if (session != null) {
            session.outbound().send(new TaskReportAck(status.taskId(), status.revision()), 0);
        }
    }

    /** Nothing can be stored, so nothing can be promised: the agent comes back later, and all begins where it was. */
    void storeFailed() {
        if (session != null) {
            session.close(CloseReason.retry("the task store failed", null));
        }
    }
}
