package dev.outpost.agent.task;

import java.time.Duration;

/**
 * When a task type is left alone because its attempts fail.
 *
 * <p>Of the last {@code window} attempts that came to an end, cancelled ones not counted, at least {@code failureRate} have
 * failed: the circuit breaker opens. While it is open no attempt of the type begins; its tasks wait, and their deadlines pass. After
 * {@code openFor} one attempt is let through: when it succeeds the breaker closes, when it fails the wait doubles, up to ten
 * times {@code openFor}.
 *
 * @param window how many attempts are looked at, 2 to 1,000; none is judged before there are so many
 * @param failureRate which part of them has failed, more than 0 to 1
 * @param openFor how long to wait at first, 1 ms to 1 day
 */
public record BreakerPolicy(int window, double failureRate, Duration openFor) {

    private static final int MOST = 1_000;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Opens when half of the last 20 attempts have failed, for 30 s. */
    public static final BreakerPolicy DEFAULT = new BreakerPolicy(20, 0.5, Duration.ofSeconds(30));

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public BreakerPolicy {
        if (window < 2 || window > MOST) {
            throw new IllegalArgumentException("window is " + window + "; allowed is 2 to " + MOST);
        }
        if (!(failureRate > 0 && failureRate <= 1)) {
            throw new IllegalArgumentException("failureRate is " + failureRate + "; allowed is more than 0 to 1");
        }
        if (openFor.compareTo(SHORTEST) < 0 || openFor.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("openFor is " + openFor + "; allowed is " + SHORTEST + " to " + LONGEST);
        }
    }
}
