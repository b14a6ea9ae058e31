package dev.outpost.agent.task;

/** What becomes of tasks that have not begun, or wait for their next attempt, when the agent closes. */
public enum ClosePolicy {
    /**
     * They stay in the journal and go on when the agent starts again; without a journal they are handed back. A dispatch that comes
     * while the agent closes is not answered: the control center sends it again to the next start.
     */
    KEEP,
    /**
     * They are {@link TaskState#CANCELLED}, so that whoever wanted them can have them done elsewhere; what comes while the agent
     * closes is {@link TaskState#REFUSED}.
     */
    HAND_BACK
}
