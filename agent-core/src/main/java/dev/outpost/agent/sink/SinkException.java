package dev.outpost.agent.sink;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a batch was not taken, and what to do about it: what a {@link dev.outpost.agent.log.LogSink}, a {@link
 * dev.outpost.agent.metric.MetricSink} or a control center's telemetry handler fails with.
 */
public final class SinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Duration LONGEST_DELAY = Duration.ofDays(1);

    private final boolean retryable;
    private final @Nullable Duration notBefore;

    private SinkException(String message, boolean retryable, @Nullable Duration notBefore, @Nullable Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
        this.notBefore = notBefore;
    }

    /** Try again with backoff. */
    public static SinkException retryable(String message, @Nullable Throwable cause) {
        return new SinkException(message, true, null, cause);
    }

    /**
     * Try again, but not before {@code delay} has passed.
     *
     * @throws IllegalArgumentException if the delay is negative or longer than a day
     */
    public static SinkException retryableAfter(Duration delay, String message) {
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("delay is " + delay + "; allowed is PT0S to " + LONGEST_DELAY);
        }
        return new SinkException(message, true, delay, null);
    }

    /** Never try this batch again: it is dropped and counted as rejected. */
    public static SinkException permanent(String message, @Nullable Throwable cause) {
        return new SinkException(message, false, null, cause);
    }

    /** Whether the batch should be tried again. */
    public boolean retryable() {
        return retryable;
    }

    /** The least time to wait before the next try, or null for the backoff of whoever tries. */
    public @Nullable Duration notBefore() {
        return notBefore;
    }
}
