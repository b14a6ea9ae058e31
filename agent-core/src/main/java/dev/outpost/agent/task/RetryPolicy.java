package dev.outpost.agent.task;

import java.time.Duration;

/**
 * How often and when a failed attempt is tried again.
 *
 * <p>Before attempt {@code n + 1} the task waits {@code initialDelay × 2^(n-1)}, at most {@code maxDelay}, shortened by a
 * random share of up to a half so that many agents do not retry as one.
 *
 * @param maxAttempts how many attempts at most, 1 to 100; 1 means no retry
 * @param initialDelay the wait after the first failure, 0 to 1 day
 * @param maxDelay the longest wait, {@code initialDelay} to 1 day
 */
public record RetryPolicy(int maxAttempts, Duration initialDelay, Duration maxDelay) {

    private static final Duration LONGEST = Duration.ofDays(1);

    /** Three attempts, waiting about 1 s and 2 s. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(1));

    /** One attempt. */
    public static final RetryPolicy NONE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public RetryPolicy {
        if (maxAttempts < 1 || maxAttempts > 100) {
            throw new IllegalArgumentException("maxAttempts is " + maxAttempts + "; allowed is 1 to 100");
        }
        if (initialDelay.isNegative() || initialDelay.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("initialDelay is " + initialDelay + "; allowed is PT0S to " + LONGEST);
        }
        if (maxDelay.compareTo(initialDelay) < 0 || maxDelay.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "maxDelay is " + maxDelay + "; allowed is " + initialDelay + " (initialDelay) to " + LONGEST);
        }
    }
}
