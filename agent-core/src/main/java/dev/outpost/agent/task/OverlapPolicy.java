package dev.outpost.agent.task;

/** What happens to a task while another one with the same concurrency key has not ended. */
public enum OverlapPolicy {
    /** It is left out: reported as {@link TaskState#SKIPPED}. */
    SKIP,
    /** It waits until the other has ended, behind those that wait already. */
    QUEUE,
    /** The other is cancelled, and this one runs when that has ended; those that waited in between are cancelled as well. */
    CANCEL_PREVIOUS,
    /** It runs beside the other. */
    ALLOW
}
