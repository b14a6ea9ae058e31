package dev.outpost.agent.schedule;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Fires one interval after the instant it is asked about.
 *
 * @param interval the pause, at least one millisecond
 * @param from what the interval is counted from
 */
public record EveryTrigger(Duration interval, From from) implements Trigger {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** What an interval is counted from. */
    public enum From {
        /** The time at which the last firing was due: a fixed rate. */
        DUE,
        /** The end of the last firing's task: a fixed delay. */
        END
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the interval is shorter than one millisecond, zero or negative
     */
    public EveryTrigger {
        Objects.requireNonNull(interval, "interval");
        Objects.requireNonNull(from, "from");
        if (interval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("interval is " + interval + ", allowed is " + SHORTEST + " or longer");
        }
    }

    @Override
    public Optional<Instant> next(Instant after) {
        try {
            return Optional.of(after.plus(interval));
        } catch (DateTimeException | ArithmeticException beyondTheLastInstant) {
            return Optional.empty();
        }
    }

    @Override
    public boolean countsElapsedTime() {
        return true;
    }

    @Override
    public String toString() {
        return from == From.DUE ? "every " + interval : interval + " after each end";
    }
}
