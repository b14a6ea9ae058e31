package dev.outpost.agent.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Looks at a condition again and again, and fires each time that it holds.
 *
 * @param interval how long to wait between two looks, at least one millisecond
 * @param condition asked on a thread that all conditions share, one at a time; may block for a moment. One that throws counts
 *     as "no". One that does not answer is not asked again until it has, and holds up the others; after ten seconds the agent is
 *     degraded and names its schedule
 */
public record PollTrigger(Duration interval, BooleanSupplier condition) implements Trigger {

    private static final Duration SHORTEST = Duration.ofMillis(1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the interval is shorter than one millisecond, zero or negative
     */
    public PollTrigger {
        Objects.requireNonNull(condition, "condition");
        if (interval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("interval is " + interval + ", allowed is " + SHORTEST + " or longer");
        }
    }

    /** When to look next. */
    @Override
    public Optional<Instant> next(Instant after) {
        return new EveryTrigger(interval, EveryTrigger.From.DUE).next(after);
    }

    @Override
    public boolean countsElapsedTime() {
        return true;
    }

    @Override
    public String toString() {
        return "when a condition holds, asked every " + interval;
    }
}
