package dev.outpost.agent.schedule;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Fires once.
 *
 * @param instant when
 */
public record AtTrigger(Instant instant) implements Trigger {

    /** Checks for null. */
    public AtTrigger {
        Objects.requireNonNull(instant, "instant");
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return after.isBefore(instant) ? Optional.of(instant) : Optional.empty();
    }

    @Override
    public String toString() {
        return "at " + instant;
    }
}
