package dev.outpost.agent.log;

import java.time.Duration;
import java.util.Objects;

/**
 * What {@link Logs#publish} does when the ring is full.
 *
 * <p>Threads of the agent itself never wait, whatever the policy: they drop.
 *
 * @param maxWait how long the publishing thread may wait for room; zero drops at once
 * @param minimumSeverity records below it are dropped at once, so that waiting is kept for what matters
 */
public record OverflowPolicy(Duration maxWait, Severity minimumSeverity) {

    /** The longest wait that may be set: one second. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if {@code maxWait} is negative or longer than {@link #LONGEST_WAIT}
     */
    public OverflowPolicy {
        Objects.requireNonNull(minimumSeverity, "minimumSeverity");
        if (maxWait.isNegative() || maxWait.compareTo(LONGEST_WAIT) > 0) {
            throw new IllegalArgumentException("maxWait is " + maxWait + "; allowed is PT0S to " + LONGEST_WAIT);
        }
    }

    /** Drops the new record at once. */
    public static OverflowPolicy dropNewest() {
        return new OverflowPolicy(Duration.ZERO, Severity.TRACE);
    }

    /**
     * Waits up to {@code maxWait} for room, then drops; whatever its severity.
     *
     * @throws IllegalArgumentException if {@code maxWait} is negative or longer than {@link #LONGEST_WAIT}
     */
    public static OverflowPolicy blockFor(Duration maxWait) {
        return new OverflowPolicy(maxWait, Severity.TRACE);
    }

    /** The same wait, but only for records of {@code severity} and above; the others are dropped at once. */
    public OverflowPolicy fromSeverity(Severity severity) {
        return new OverflowPolicy(maxWait, severity);
    }
}
