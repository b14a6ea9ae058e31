package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.CenterException;
import dev.outpost.center.store.TaskRecord;
import dev.outpost.center.store.TaskStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one agent: those that have not ended in memory, all in the store.
 *
 * <p>What changes a task happens in the agent's <em>turn</em>, one thing after the other: first in the store, then on the wire. So
 * a task is stored before it is sent, and a report before it is acknowledged, whatever the store takes.
 *
 * <p>A task has one judge at any time. Until it may have been sent that is the center, which ends it when it is cancelled or its time
 * has passed. From then on it is the agent, even if the connection was lost before it got there: nobody here can know.
 */
final class TaskBook {

    private static final int MOST_OPEN = 10_000;

    private final String agentId;
    private final AgentEntry agent;
    private final CenterParts parts;
    private final TaskStore store;
    private final Executor turn;
    private final Map<String, DispatchedTask> open = new LinkedHashMap<>(); // guarded by itself

    private final TaskWire wire; // belongs to the turn
    private String memory = ""; // belongs to the turn

    TaskBook(AgentEntry agent, CenterParts parts, Executor turn) {
        this.agentId = agent.id();
        this.agent = agent;
        this.parts = parts;
        this.store = parts.tasks();
        this.turn = turn;
        this.wire = new TaskWire(parts.workers());
    }

    String agentId() {
        return agentId;
    }

    Executor callbacks() {
        return agent.callbacks();
    }

    /** Completes a future among the callbacks. */
    void complete(Runnable completion) {
        parts.workers().complete(agent.callbacks(), completion);
    }

    // ---- asked by the program
    // ----------------------------------------------------------------------------------------

    /**
     * Takes a task; the handle of the one that is there already if it has not ended.
     *
     * @throws CenterException if too many have not ended
     */
    DispatchedTask dispatch(TaskRequest request) {
        DispatchedTask task = new DispatchedTask(this, request);
        synchronized (open) {
            DispatchedTask known = open.get(request.id());
            if (known != null) {
                return known;
            }
            if (open.size() >= MOST_OPEN) {
                throw new CenterException("agent '" + agentId + "' has " + open.size() + " tasks that have not ended");
            }
            open.put(request.id(), task);
        }
        turn.execute(() -> begin(task));
        return task;
    }

    /** A task that is not taken, as one that has ended; it is nowhere but in its handle. */
    DispatchedTask refused(TaskRequest request, String why) {
        DispatchedTask task = new DispatchedTask(this, request);
        task.reported(made(request, TaskState.REFUSED, why));
        return task;
    }

    void cancel(DispatchedTask task, String reason) {
        turn.execute(() -> {
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
        });
    }

    /** A dispatched task, whether it has ended or not; reads the store. */
    Optional<DispatchedTask> task(String taskId) {
        synchronized (open) {
            DispatchedTask known = open.get(taskId);
            if (known != null) {
                return Optional.of(known);
            }
        }
        return store.task(agentId, taskId)
                .flatMap(record -> handle(record).map(task -> record.isOpen() ? adopted(task) : task));
    }

    private Optional<DispatchedTask> handle(TaskRecord record) {
        TaskRequest request = record.request();
        return request == null ? Optional.empty() : Optional.of(known(new DispatchedTask(this, request), record));
    }

    /** One that the store has and nobody here: it ended just now, or it came to the store in another way. */
    private DispatchedTask adopted(DispatchedTask task) {
        synchronized (open) {
            DispatchedTask known = open.putIfAbsent(task.request().id(), task);
            if (known != null) {
                return known;
            }
        }
        turn.execute(() -> {
            if (task.record == null || task.record.isEnded()) {
                return; // a report was before us
            }
            try {
                TaskRecord now = store.task(agentId, task.request().id()).orElseThrow();
                if (now.isEnded()) {
                    close(task);
                    known(task, now);
                    return;
                }
                task.record = now;
            } catch (Throwable t) { // user code: any Error must be survived as well
                parts.workers().failed("task store", t);
                close(task);
                task.fail("the task store failed: " + t);
                return;
            }
            advance(task);
        });
        return task;
    }

    private static DispatchedTask known(DispatchedTask task, TaskRecord record) {
        task.record = record;
        task.sentBefore = record.sent();
        if (record.status() != null) {
            task.reported(record.status());
        }
        return task;
    }

    List<DispatchedTask> unfinished() {
        synchronized (open) {
            return List.copyOf(open.values());
        }
    }

    /** An open task that an earlier control center has left; before the first connection. */
    void restore(TaskRecord record) {
        handle(record).ifPresent(task -> {
            synchronized (open) {
                open.put(record.taskId(), task);
            }
            if (!record.sent()) {
                parts.expiries().add(task);
            }
        });
    }

    // ---- told by the connection
    // --------------------------------------------------------------------------------------

    /**
     * In turn: the connection is this one now. The agent gets its tasks, those that it knows too, for it tells them apart and says how
     * they stand.
     *
     * @param present null while it is lost
     * @param newMemory which memory the agent's reports come from
     */
    void settle(@Nullable AgentSession present, String newMemory) {
        if (wire.session() == present) {
            return;
        }
        wire.settle(present);
        memory = newMemory;
        if (present != null) {
            for (DispatchedTask task : unfinished()) {
                if (present.isClosing()) {
                    return;
                }
                advance(task);
            }
        }
    }

    /** A report has come. One of a connection that another has taken over from comes again there. */
    void reported(AgentSession from, TaskStatus status) {
        turn.execute(() -> {
            if (wire.session() == from) {
                take(status);
            } else {
                parts.workers().count("task.reports.superseded");
            }
        });
    }

    /** The agent could make nothing of the message with that id, which may have been a dispatch. */
    void rejected(AgentSession from, long messageId, Rejection rejection) {
        turn.execute(() -> {
            DispatchedTask task = wire.session() == from ? wire.rejected(messageId, rejection) : null;
            if (task != null) {
                notTaken(task, rejection);
            }
        });
    }

    /** A task that was waiting to be sent has expired. */
    void expired(DispatchedTask task) {
        turn.execute(() -> advance(task));
    }

    // ---- in turn
    // -----------------------------------------------------------------------------------------------------

    private void begin(DispatchedTask task) {
        Instant now = parts.clock().instant();
        boolean send = wire.session() != null && !isExpired(task, now);
        TaskRecord first = TaskRecord.dispatched(agentId, task.request(), now, send);
        try {
            TaskRecord known = store.add(first).orElse(null);
            if (known == null) {
                task.record = first;
            } else if (known.isEnded() && !isRefused(known)) {
                close(task);
                known(task, known);
                return;
            } else if (known.isOpen()) {
                task.record = known;
                task.sentBefore = known.sent();
            } else { // never taken by the agent, or begun there by itself: the agent says how it stands
                store.put(first);
                task.record = first;
            }
        } catch (Throwable t) { // user code: any Error must be survived as well
            parts.workers().failed("task store", t);
            close(task);
            task.fail("the task store failed, and the task was not sent: " + t);
            return;
        }
        advance(task);
    }

    private static boolean isRefused(TaskRecord record) {
        return record.status() != null && record.status().state() == TaskState.REFUSED;
    }

    /** Sends the task if it is to be sent and was not yet, or ends it here. */
    private void advance(DispatchedTask task) {
        TaskRecord record = task.record;
        if (record == null || record.isEnded()) {
            return;
        }
        boolean connected = wire.session() != null;
        if (connected && ReportNews.isForgotten(record, memory)) {
            endHere(task, record, TaskState.INDETERMINATE, "the agent began it, and has forgotten it with its restart");
            return;
        }
        if (connected && !wire.carries(task) && !parts.room().hasFor(task.request())) {
            endTooLarge(task, record);
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

    /** An earlier control center, which let larger messages pass, has left it; its reports may have come, and still come. */
    private void endTooLarge(DispatchedTask task, TaskRecord record) {
        if (record.status() == null) {
            TaskState end = record.sent() ? TaskState.INDETERMINATE : TaskState.REFUSED;
            endHere(task, record, end, parts.room().tooLarge(task.request()));
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

    private static boolean isExpired(DispatchedTask task, Instant now) {
        Instant notAfter = task.request().notAfter();
        return notAfter != null && now.isAfter(notAfter);
    }

    private void endHere(DispatchedTask task, TaskRecord record, TaskState state, String why) {
        TaskStatus status = made(task.request(), state, why);
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
    private TaskStatus made(TaskRequest request, TaskState state, String why) {
        Instant now = parts.clock().instant();
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        return new TaskStatus(
                request.id(), request.type(), 0, state, 0, nanos, why, Map.of(), 0, null, TaskOrigin.DISPATCH);
    }

    private void take(TaskStatus status) {
        DispatchedTask task;
        synchronized (open) {
            task = open.get(status.taskId());
        }
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

    private void close(DispatchedTask task) {
        wire.ended(task);
        parts.expiries().remove(task);
        synchronized (open) {
            open.remove(task.request().id(), task);
        }
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
