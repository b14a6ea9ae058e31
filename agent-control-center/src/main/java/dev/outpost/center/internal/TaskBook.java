package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.CenterException;
import dev.outpost.center.store.TaskRecord;
import dev.outpost.center.store.TaskStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one agent: those that have not ended in memory, all in the store. For any thread, unless a method says otherwise.
 *
 * <p>Whatever changes a task goes on in the agent's <em>turn</em>; see {@link TaskTurn}.
 */
final class TaskBook {

    private final String agentId;
    private final AgentEntry agent;
    private final CenterParts parts;
    private final TaskStore store;
    private final Executor turn;
    private final OpenTasks open;
    private final TaskTurn inTurn; // belongs to the turn

    TaskBook(AgentEntry agent, CenterParts parts, Executor turn) {
        this.agentId = agent.id();
        this.agent = agent;
        this.parts = parts;
        this.store = parts.tasks();
        this.turn = turn;
        this.open = new OpenTasks(agentId);
        this.inTurn = new TaskTurn(agent, parts, open);
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

    // ---- asked by the program -------------------------------------------------------------------------------------

    /**
     * Takes a task; the handle of the one that is there already if it has not ended.
     *
     * @throws CenterException if too many have not ended
     */
    DispatchedTask dispatch(TaskRequest request) {
        DispatchedTask task = new DispatchedTask(this, request);
        DispatchedTask known = open.addNew(task);
        if (known != null) {
            return known;
        }
        turn.execute(() -> inTurn.begin(task));
        return task;
    }

    /** A task that is not taken, as one that has ended; it is nowhere but in its handle. */
    DispatchedTask refused(TaskRequest request, String why) {
        DispatchedTask task = new DispatchedTask(this, request);
        task.reported(
                TaskTurn.made(request, TaskState.REFUSED, why, parts.clock().instant()));
        return task;
    }

    void cancel(DispatchedTask task, String reason) {
        turn.execute(() -> inTurn.cancel(task, reason));
    }

    /** A dispatched task, whether it has ended or not; reads the store. */
    Optional<DispatchedTask> task(String taskId) {
        DispatchedTask known = open.get(taskId);
        if (known != null) {
            return Optional.of(known);
        }
        return store.task(agentId, taskId)
                .flatMap(record -> handle(record).map(task -> record.isOpen() ? adopted(task) : task));
    }

    private Optional<DispatchedTask> handle(TaskRecord record) {
        TaskRequest request = record.request();
        if (request == null) {
            return Optional.empty();
        }
        DispatchedTask task = new DispatchedTask(this, request);
        task.restored(record);
        return Optional.of(task);
    }

    /** One that the store has and nobody here: it ended just now, or it came to the store in another way. */
    private DispatchedTask adopted(DispatchedTask task) {
        DispatchedTask known = open.addStored(task);
        if (known != null) {
            return known;
        }
        turn.execute(() -> inTurn.adopt(task));
        return task;
    }

    List<DispatchedTask> unfinished() {
        return open.all();
    }

    /** An open task that an earlier control center has left; before the first connection. */
    void restore(TaskRecord record) {
        handle(record).ifPresent(task -> {
            open.put(record.taskId(), task);
            if (!record.sent()) {
                parts.expiries().add(task);
            }
        });
    }

    // ---- told by the connection and the clock ---------------------------------------------------------------------

    /**
     * In turn: the connection is this one now. The agent gets its tasks, those that it knows too, for it tells them apart and says how
     * they stand.
     *
     * @param present null while it is lost
     * @param newMemory which memory the agent's reports come from
     */
    void settle(@Nullable AgentSession present, String newMemory) {
        inTurn.settle(present, newMemory);
    }

    /** A report has come. One of a connection that another has taken over from comes again there. */
    void reported(AgentSession from, TaskStatus status) {
        turn.execute(() -> inTurn.reported(from, status));
    }

    /** The agent could make nothing of the message with that id, which may have been a dispatch. */
    void rejected(AgentSession from, long messageId, Rejection rejection) {
        turn.execute(() -> inTurn.rejected(from, messageId, rejection));
    }

    /** A task that was waiting to be sent has expired. */
    void expired(DispatchedTask task) {
        turn.execute(() -> inTurn.advance(task));
    }
}
