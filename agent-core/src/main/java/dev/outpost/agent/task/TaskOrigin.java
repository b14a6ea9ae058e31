package dev.outpost.agent.task;

/** Who wanted a task. From its acceptance on all tasks are treated the same. */
public enum TaskOrigin {
    /** Not known: an older agent's report. */
    UNSPECIFIED,
    /** The control center dispatched it. */
    DISPATCH,
    /** A schedule fired, at its time or by its event. */
    SCHEDULE,
    /** A rule fired. */
    RULE,
    /** The program that the agent lives in submitted it. */
    HOST
}
