package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskStatus;

/** Told every report, on the control loop. */
@FunctionalInterface
public interface TaskListener {

    /** A task has come to a state, or reports progress. */
    void onStatus(TaskStatus status);
}
