package dev.outpost.center.store;

import java.util.List;
import java.util.Optional;

/**
 * SPI: the tasks of all agents, those that have not ended and the history. With a store that outlives the control center,
 * dispatches go on after a restart: {@link #open} is read when the control center starts, and what it names is sent when its
 * agent connects.
 *
 * <p><b>Order:</b> a dispatch is stored before it is sent, and a report before it is acknowledged. Calls that change tasks of one
 * agent come one after the other; of different agents at once, and reads at any time. A call must have its effect when it returns.
 *
 * <p><b>Thread:</b> workers, if the store {@link #mayBlock}; otherwise whatever thread has something to store, event loops
 * among them. {@link #task} and {@link #tasks} are also called by whoever asks the control center for them, and {@link #open} by
 * who starts it. Thread-safe.
 *
 * <p><b>Errors:</b> a dispatch that {@link #add} throws on is not sent, and its outcome fails. When a call for a connected
 * agent throws, the connection is ended: the agent comes back with backoff and sends again what was not acknowledged.
 *
 * <p><b>Bounds:</b> records that are {@linkplain TaskRecord#isOpen open} must be kept; the control center has at most 10,000 of
 * them per agent. The others are history, and may be forgotten, the oldest first; those of the last minutes keep reports that
 * come twice from being told twice.
 *
 * <p>An implementation is held to all that by {@code TaskStoreContractTest}, in the test jar of this module.
 */
public interface TaskStore {

    /**
     * Adds a task, unless there is one of that agent with that id.
     *
     * @return the task that was there, which stays as it was; empty when {@code record} was added
     */
    Optional<TaskRecord> add(TaskRecord record);

    /** Puts a task in the place of the one of that agent with that id, or adds it. */
    void put(TaskRecord record);

    /** A task. */
    Optional<TaskRecord> task(String agentId, String taskId);

    /** All tasks of an agent that are known, the oldest first. */
    List<TaskRecord> tasks(String agentId);

    /** The {@linkplain TaskRecord#isOpen open} tasks of all agents, those of one agent in the order in which they were added. */
    List<TaskRecord> open();

    /** Whether calls may take longer than moments, and so must not be made on event loops. */
    default boolean mayBlock() {
        return true;
    }

    /**
     * A store in memory, for as long as it is kept. Its history holds 1,000 tasks of an agent, and of all agents 100,000 tasks and
     * 64 Mi characters of what they were asked and answered.
     */
    static TaskStore inMemory() {
        return new InMemoryTaskStore(1_000, 100_000, 64L << 20);
    }
}
