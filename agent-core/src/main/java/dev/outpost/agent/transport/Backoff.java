package dev.outpost.agent.transport;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before connecting again: at once after the first failure, then a random time between zero and a bound
 * that doubles ("full jitter"), so that a thousand agents come back spread out and not as one.
 *
 * @param initial the first bound, 10 ms to {@code max}
 * @param max the largest bound, {@code initial} to 1 hour
 */
public record Backoff(Duration initial, Duration max) {

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Bounds from 1 s to 60 s. */
    public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Backoff {
        if (initial.compareTo(SHORTEST) < 0 || initial.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "initial is " + initial + "; allowed is " + SHORTEST + " to " + max + " (max)");
        }
        if (max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "max is " + max + "; allowed is " + initial + " (initial) to " + LONGEST);
        }
    }

    /**
     * The wait after so many failures in a row.
     *
     * @param failures 1 or more
     */
    public Duration delay(int failures, RandomGenerator random) {
        if (failures <= 1) {
            return Duration.ZERO;
        }
        int doublings = Math.min(failures - 2, 30);
        double bound = Math.min((double) max.toNanos(), (double) initial.toNanos() * Math.scalb(1.0, doublings));
        return Duration.ofNanos((long) (random.nextDouble() * bound));
    }
}
