package dev.outpost.agent.task;

/** What becomes of tasks that have not begun, or wait for their next attempt, when the agent closes. */
public enum ClosePolicy {
    /** They stay in the journal and go on when the agent starts again; without a journal they are handed back. */
    KEEP,
    /** They are {@link TaskState#CANCELLED}, so that whoever wanted them can have them done elsewhere. */
    HAND_BACK
}
