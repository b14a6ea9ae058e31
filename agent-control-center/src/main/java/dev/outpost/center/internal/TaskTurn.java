package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.store.TaskRecord;
import dev.outpost.center.store.TaskStore;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the tasks of one agent. All of it belongs to the agent's turn: one thing happens after the other, first in the
 * store, then on the wire. So a task is stored before it is sent, and a report before it is acknowledged, whatever the store takes.
 *
 * <p>A task has one judge at any time. Until it may have been sent that is the center, which ends it when it is cancelled or its time
 * has passed. From then on it is the agent, even if the connection was lost before it got there: nobody here can know.
 */
final class TaskTurn {

    private final String agentId;
    private final AgentEntry agent;
    private final CenterParts parts;
    private final TaskStore store;
    private final OpenTasks open;
    private final TaskWire wire;
    private String memory = "";

    TaskTurn(AgentEntry agent, CenterParts parts, OpenTasks open) {
        this.agentId = agent.id();
        this.agent = agent;
        this.parts = parts;
        this.store = parts.tasks();
        this.open = open;
        this.wire = new TaskWire(parts.workers());
    }

    // ---- what the program asks for --------------------------------------------------------------------------------

    /** A task that was asked for just now. */
    void begin(DispatchedTask task) {
        Instant now = parts.clock().instant();
        boolean send = wire.session() != null && !isExpired(task, now);
        TaskRecord first = TaskRecord.dispatched(agentId, task.request(), now, send);
        try {
            TaskRecord known = store.add(first).orElse(null);
            if (known == null) {
                task.record = first;
            } else if (known.isEnded() && !isRefused(known)) {
                close(task);
                task.restored(known);
                return;
            } else if (known.isOpen()) {
                task.record = known;
                task.sentBefore = known.sent();
            } else { // never taken by the agent, or begun there by itself: the agent says how it stands
                store.put(first);
                task.record = first;
            }
        } catch (Throwable t) { // user code: any Error must be survived as well
            giveUp(task, "the task store failed, and the task was not sent: ", t);
            return;
        }
        advance(task);
    }

    /** Nothing is known of the task, for the store has failed. */
    private void giveUp(DispatchedTask task, String why, Throwable t) {
        parts.workers().failed("task store", t);
        close(task);
        task.fail(why + t);
    }

    private static boolean isRefused(TaskRecord record) {
        return record.status() != null && record.status().state() == TaskState.REFUSED;
    }

    /** A task that the store has and nobody here knew; it may have changed there before its turn. */
    void adopt(DispatchedTask task) {
        if (task.record == null || task.record.isEnded()) {
            return; // a report was before us
        }
        try {
            TaskRecord now = store.task(agentId, task.request().id()).orElseThrow();
            if (now.isEnded()) {
                close(task);
                task.restored(now);
                return;
            }
            task.record = now;
        } catch (Throwable t) { // user code: any Error must be survived as well
            giveUp(task, "the task store failed: ", t);
            return;
        }
        advance(task);
    }

    /** The program wants a task to be stopped. */
    void cancel(DispatchedTask task, String reason) {
        TaskRecord record = task.record;
        if (record == null || record.isEnded()) {
            return;
        }
        TaskRecord cancelled = record.cancelled(reason);
        task.record = cancelled; // if it cannot be stored, it is sent on the next connection all the same
        if (!record.sent()) {
            advance(task);
            TaskRecord left = task.record;
            if (left != null && !left.isEnded()) {
                parts.expiries().retry(task); // the store failed, and the agent may never be back
            }
        } else if (stored(() -> store.put(cancelled))) {
            wire.cancel(task, reason);
        }
    }

    // ---- what comes from the agent --------------------------------------------------------------------------------

    /** The connection is this one now; see {@link TaskBook#settle}. */
    void settle(@Nullable AgentSession present, String newMemory) {
        if (wire.session() == present) {
            return;
        }
        wire.settle(present);
        memory = newMemory;
        if (present != null) {
            for (DispatchedTask task : open.all()) {
                if (present.isClosing()) {
                    return;
                }
                advance(task);
            }
        }
    }

    /** A report has come. One of a connection that another has taken over from comes again there. */
    void reported(AgentSession from, TaskStatus status) {
        if (wire.session() == from) {
            take(status);
        } else {
            parts.workers().count("task.reports.superseded");
        }
    }

    /** The agent could make nothing of the message with that id, which may have been a dispatch. */
    void rejected(AgentSession from, long messageId, Rejection rejection) {
        DispatchedTask task = wire.session() == from ? wire.rejected(messageId, rejection) : null;
        if (task != null) {
            notTaken(task, rejection);
        }
    }

    /** The agent has not taken a dispatch, and says nothing else of it. */
    private void notTaken(DispatchedTask task, Rejection rejection) {
        TaskRecord record = task.record;
        if (record == null || record.isEnded()) {
            return;
        }
        if (record.status() != null) { // it was taken before: its reports say how it ends
            parts.workers().count("tasks.rejected_after_reports");
        } else if (task.sentBefore) {
            String unknown = "the agent may have it from a connection before, and did not take it again: ";
            endHere(task, record, TaskState.INDETERMINATE, unknown + rejection.detail());
        } else {
            endHere(task, record, TaskState.REFUSED, rejection.detail());
        }
    }

    private void take(TaskStatus status) {
        DispatchedTask task = open.get(status.taskId());
        TaskRecord after;
        try {
            TaskRecord before = task != null && task.record != null
                    ? task.record
                    : store.task(agentId, status.taskId()).orElse(null);
            after = ReportNews.isNews(before, status, memory) ? after(before, status) : null;
            if (after != null) {
                store.put(after);
            }
        } catch (Throwable t) { // user code: any Error must be survived as well
            storeFailed(t);
            return; // not acknowledged, it comes again
        }
        parts.workers().count(after != null ? "task.reports.received" : "task.reports.repeated");
        if (after != null) {
            if (task != null) {
                wire.answered(task);
                task.record = after;
                if (after.isEnded()) {
                    close(task);
                }
                task.reported(status);
            }
            tell(status);
        }
        wire.acknowledge(status);
    }

    private TaskRecord after(@Nullable TaskRecord before, TaskStatus status) {
        return before == null
                ? TaskRecord.own(agentId, status, memory, parts.clock().instant())
                : before.reported(status, memory);
    }

    // ---- what follows ---------------------------------------------------------------------------------------------

    /** Sends the task if it is to be sent and was not yet, or ends it here. */
    void advance(DispatchedTask task) {
        TaskRecord record = task.record;
        if (record == null || record.isEnded()) {
            return;
        }
        boolean connected = wire.session() != null;
        if (connected && ReportNews.isForgotten(record, memory)) {
            endHere(task, record, TaskState.INDETERMINATE, "the agent began it, and has forgotten it with its restart");
            return;
        }
        if (connected && !wire.carries(task) && !parts.room().carries(task.request())) {
            tooLarge(task, record);
            return;
        }
        if (!record.sent()) {
            if (record.cancelReason() != null) {
                endHere(task, record, TaskState.CANCELLED, record.cancelReason());
                return;
            }
            if (isExpired(task, parts.clock().instant())) {
                endHere(task, record, TaskState.EXPIRED, "not sent until " + task.expiry());
                return;
            }
            parts.expiries().add(task);
            TaskRecord sent = record.asSent();
            if (!connected || !stored(() -> store.put(sent))) {
                return;
            }
            task.record = sent;
        }
        parts.expiries().remove(task);
        if (connected && !wire.carries(task)) {
            wire.send(task, record);
        }
    }

    /** An earlier control center, which let larger messages pass, has left it. */
    private void tooLarge(DispatchedTask task, TaskRecord record) {
        if (record.status() != null) {
            wire.leave(task, record); // the agent has it, and goes on to report
        } else {
            TaskState end = record.sent() ? TaskState.INDETERMINATE : TaskState.REFUSED;
            endHere(task, record, end, parts.room().tooLarge(task.request()));
        }
    }

    private static boolean isExpired(DispatchedTask task, Instant now) {
        Instant notAfter = task.request().notAfter();
        return notAfter != null && now.isAfter(notAfter);
    }

    private void endHere(DispatchedTask task, TaskRecord record, TaskState state, String why) {
        TaskStatus status = made(task.request(), state, why, parts.clock().instant());
        TaskRecord ended = record.reported(status, "");
        if (stored(() -> store.put(ended))) {
            task.record = ended;
            parts.workers().count("tasks.ended_here{" + state + "}");
            close(task);
            task.reported(status);
            tell(status);
        }
    }

    /** A report that no agent made: its revision is 0. */
    static TaskStatus made(TaskRequest request, TaskState state, String why, Instant now) {
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        return new TaskStatus(
                request.id(), request.type(), 0, state, 0, nanos, why, Map.of(), 0, null, TaskOrigin.DISPATCH);
    }

    private void close(DispatchedTask task) {
        wire.ended(task);
        parts.expiries().remove(task);
        open.remove(task);
    }

    private void tell(TaskStatus status) {
        if (!parts.listeners().isEmpty()) {
            AgentInfo info = agent.info();
            parts.listeners().tell(agent.callbacks(), listener -> listener.onTaskStatus(info, status));
        }
    }

    private boolean stored(Runnable change) {
        try {
            change.run();
            return true;
        } catch (Throwable t) { // user code: any Error must be survived as well
            storeFailed(t);
            return false;
        }
    }

    private void storeFailed(Throwable t) {
        parts.workers().failed("task store", t);
        wire.storeFailed();
    }
}
