package dev.outpost.agent.task;

import dev.outpost.agent.log.Logs;

/** What a handler may use during one attempt. Thread-safe; without effect after the attempt has ended. */
public interface TaskContext {

    /** Which attempt this is, from 1. */
    int attempt();

    /** Whether the attempt should stop now: cancelled, timed out, or the agent is closing. Never turns back. */
    boolean cancelled();

    /**
     * Reports how far the attempt is. Reports are coalesced: the newest wins, and they travel at most once a second.
     *
     * @param fraction 0 to 1; values outside are cut
     * @param message what is being done, for people
     */
    void progress(double fraction, String message);

    /** Renews the attempt's lease without a report; {@link #progress} does so too. Cheap. */
    void alive();

    /** The agent's logs; records are tagged with {@code outpost.task.id}, {@code outpost.task.type} and the trace. */
    Logs logs();
}
