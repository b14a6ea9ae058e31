package dev.outpost.agent;

import dev.outpost.agent.task.TaskStatus;
import java.util.Set;

/**
 * Told what becomes of the agent.
 *
 * <p><b>Thread:</b> one of the agent's own for all listeners, one call at a time, in order. <b>Blocking:</b> holds up the
 * other listeners only; beyond 1,024 waiting calls further ones are dropped and counted. <b>Errors:</b> what it throws is
 * counted and logged once in a while.
 */
public interface AgentListener {

    /** The state has changed. */
    default void onStateChanged(AgentState from, AgentState to, String reason) {}

    /** What does not work has changed; empty when all works. */
    default void onDegradedChanged(Set<String> reasons) {}

    /** A task has come to a state, or reports progress. */
    default void onTaskStatus(TaskStatus status) {}
}
