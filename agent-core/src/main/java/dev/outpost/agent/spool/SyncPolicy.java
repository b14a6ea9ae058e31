package dev.outpost.agent.spool;

import java.time.Duration;

/**
 * When written batches are forced to the disk ({@code fdatasync}). A killed process loses nothing that was written, whatever
 * the policy; a machine that loses power loses what was not forced.
 *
 * @param interval the longest time between a write and its force; zero forces every batch, {@link #NEVER} leaves it to the
 *     operating system
 */
public record SyncPolicy(Duration interval) {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Leaves it to the operating system, but for durable records, flushes, and full segments. */
    public static final SyncPolicy NEVER = new SyncPolicy(Duration.ofDays(1));

    /** Forces every batch by itself: the safest and by far the slowest. */
    public static final SyncPolicy EVERY_BATCH = new SyncPolicy(Duration.ZERO);

    /** Forces what has gathered, after at most 100 ms or 4 MiB: the default. */
    public static final SyncPolicy DEFAULT = every(Duration.ofMillis(100));

    /**
     * Checks the interval.
     *
     * @throws IllegalArgumentException if it is negative or longer than a day
     */
    public SyncPolicy {
        if (interval.isNegative() || interval.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("interval is " + interval + "; allowed is PT0S to PT1M, or NEVER");
        }
    }

    /**
     * Forces what has gathered, after at most {@code interval} or 4 MiB.
     *
     * @throws IllegalArgumentException if the interval is not 1 ms to 1 min
     */
    public static SyncPolicy every(Duration interval) {
        if (interval.compareTo(Duration.ofMillis(1)) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("interval is " + interval + "; allowed is PT0.001S to " + LONGEST);
        }
        return new SyncPolicy(interval);
    }

    /** Whether batches count as safe as soon as they are written. */
    public boolean isNever() {
        return interval.equals(NEVER.interval);
    }
}
