package dev.outpost.agent.schedule;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Fires one interval after the instant it is asked about. */
record EveryTrigger(Duration interval) implements Trigger {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    EveryTrigger {
        Objects.requireNonNull(interval, "interval");
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
    public String toString() {
        return "every " + interval;
    }

    @Override
    public boolean countsElapsedTime() {
        return true;
    }
}
