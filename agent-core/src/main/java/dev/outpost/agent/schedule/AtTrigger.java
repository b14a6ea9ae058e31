package dev.outpost.agent.schedule;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Fires once, at a given instant. */
record AtTrigger(Instant instant) implements Trigger {

    AtTrigger {
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
