package dev.outpost.agent.schedule;

/** What happens when a schedule fires while the task of its last firing has not ended. */
public enum OverlapPolicy {
    /** The new firing is left out: the task is reported as SKIPPED. */
    SKIP,
    /** The new firing runs beside the old one. */
    ALLOW
}
