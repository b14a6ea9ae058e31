package dev.outpost.agent.task;

/**
 * Where a task stands. {@link #permits} is the whole transition table; final states have none.
 *
 * <pre>
 *   ACCEPTED ─▶ SCHEDULED ─▶ QUEUED ─▶ RUNNING ─▶ SUCCEEDED | FAILED | TIMED_OUT
 *       └───────────────────▶   ▲          │  └──▶ CANCELLING ─▶ CANCELLED (or the end it came to first)
 *                               └ RETRY_WAIT
 *   aside: REFUSED (never accepted) · SKIPPED (overlap, same work) · EXPIRED (not begun in time)
 *   after a crash, RUNNING: RETRY_WAIT if the task is idempotent and has attempts left, else INDETERMINATE
 * </pre>
 */
public enum TaskState {
    /** Taken over by the agent; goes on to {@link #SCHEDULED} or {@link #QUEUED}. */
    ACCEPTED(1),
    /** Waits for a free slot. */
    QUEUED(2),
    /** An attempt runs. */
    RUNNING(3),
    /** The last attempt failed; the next follows after a delay. */
    RETRY_WAIT(4),
    /** Was asked to stop; the attempt has not ended yet. */
    CANCELLING(5),
    /** Final: the handler returned success. */
    SUCCEEDED(6),
    /** Final: the last permitted attempt failed. */
    FAILED(7),
    /** Final: the last permitted attempt, or the whole task, took too long. */
    TIMED_OUT(8),
    /** Final: stopped on request. */
    CANCELLED(9),
    /** Final: the agent did not take it (unknown type, queue full, closing). */
    REFUSED(10),
    /** Final: another task with its concurrency key or its idempotency key left it out. */
    SKIPPED(11),
    /** Final: no attempt had begun when its {@code notAfter} or its deadline passed. */
    EXPIRED(12),
    /** Final: it was running when the agent died, and whether it took effect is unknown. */
    INDETERMINATE(13),
    /** Waits for the time at which it may begin. */
    SCHEDULED(14);

    private final int number;

    TaskState(int number) {
        this.number = number;
    }

    /** The number of this state in the protocol. */
    public int number() {
        return number;
    }

    /** Whether the task has ended; a final state never changes. */
    public boolean isFinal() {
        return number >= SUCCEEDED.number && number <= INDETERMINATE.number;
    }

    /** Whether a task in this state may go to {@code next}. */
    public boolean permits(TaskState next) {
        return switch (this) {
            case ACCEPTED ->
                next == SCHEDULED || next == QUEUED || next == SKIPPED || next == CANCELLED || next == EXPIRED;
            case SCHEDULED -> next == QUEUED || next == SKIPPED || next == CANCELLED || next == EXPIRED;
            case QUEUED ->
                next == RUNNING || next == CANCELLED || next == EXPIRED || next == TIMED_OUT || next == FAILED;
            case RUNNING ->
                next == SUCCEEDED
                        || next == FAILED
                        || next == TIMED_OUT
                        || next == RETRY_WAIT
                        || next == CANCELLING
                        || next == INDETERMINATE;
            case RETRY_WAIT -> next == QUEUED || next == CANCELLED || next == TIMED_OUT || next == FAILED;
            case CANCELLING -> next == CANCELLED || next == SUCCEEDED || next == FAILED || next == INDETERMINATE;
            default -> false;
        };
    }
}
