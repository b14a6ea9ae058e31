package dev.outpost.center.internal;

import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import java.time.Clock;

/**
 * What all agents share.
 *
 * @param clock the wall clock
 * @param workers threads, guard and counters
 * @param listeners who is told
 * @param tasks where tasks are kept
 * @param agents where agents are kept
 * @param expiries tasks that may expire here
 * @param room what messages to agents can carry
 */
record CenterParts(
        Clock clock,
        Workers workers,
        Listeners listeners,
        TaskStore tasks,
        AgentStore agents,
        Expiries expiries,
        MessageRoom room) {

    /** Whether storing something may take longer than moments. */
    boolean storesMayBlock() {
        return tasks.mayBlock() || agents.mayBlock();
    }
}
