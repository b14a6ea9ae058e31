package dev.outpost.center;

import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.task.TaskStatus;

/**
 * Told what happens.
 *
 * <p><b>Thread:</b> {@code outpost-center-callback-n}, in order per agent; {@link #onRefused} in no order. <b>Blocking:</b> delays
 * other callbacks. <b>Errors:</b> what it throws is counted and logged once in a while.
 */
public interface CenterListener {

    /** An agent has been let in. */
    default void onConnected(AgentInfo agent) {}

    /** An agent's connection has ended. */
    default void onLost(AgentInfo agent, String reason) {}

    /** A heartbeat has come. */
    default void onHeartbeat(AgentInfo agent) {}

    /**
     * A task report has come, of a dispatched task or of one of the agent's own; or the control center itself has ended a task that was
     * never sent, and then the revision is 0. Not called for older reports.
     */
    default void onTaskStatus(AgentInfo agent, TaskStatus status) {}

    /** An agent has said how those of its schedules stand that have changed; all are in {@link ControlCenter#schedules}. */
    default void onSchedules(AgentInfo agent, ScheduleReport report) {}

    /**
     * Somebody was not let in. Not called for those who are turned away unheard, because too many come at once or because they were
     * refused a moment ago: they are only counted.
     *
     * @param agentId what it calls itself, cut to a bearable length
     */
    default void onRefused(String agentId, String address, String reason) {}
}
