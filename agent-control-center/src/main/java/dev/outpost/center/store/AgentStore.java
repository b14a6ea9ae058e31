package dev.outpost.center.store;

import java.util.List;

/**
 * SPI: the agents that a control center knows, and the schedules that they are to follow. With a store that outlives the control
 * center, the agents known before a restart are known after it, as lost ones until they are back.
 *
 * <p><b>Order:</b> calls of {@link #put} for one agent come one after the other, for different agents at once. A call must have its
 * effect when it returns: schedules are stored before they are sent.
 *
 * <p><b>Thread:</b> workers, if the store {@link #mayBlock}; otherwise whatever thread has something to store, event loops
 * among them. {@link #agents} is called by who starts the control center. Thread-safe.
 *
 * <p><b>Errors:</b> what {@link #put} throws is counted, and the next call for the agent makes up for it; schedules that could not be
 * stored are not sent, and the answer to them fails.
 *
 * <p><b>Bounds:</b> a control center puts as many agents as it remembers ({@link
 * dev.outpost.center.ControlCenterBuilder#maxAgents}), and turns away the others.
 *
 * <p>An implementation is held to all that by {@code AgentStoreContractTest}, in the test jar of this module.
 */
public interface AgentStore {

    /** Puts an agent in the place of the one with that id, or adds it. */
    void put(AgentRecord agent);

    /** All agents, in any order. */
    List<AgentRecord> agents();

    /** Whether calls may take longer than moments, and so must not be made on event loops. */
    default boolean mayBlock() {
        return true;
    }

    /** A store in memory, for as long as it is kept; it holds what is put. */
    static AgentStore inMemory() {
        return new InMemoryAgentStore();
    }
}
