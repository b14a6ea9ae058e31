package dev.outpost.agent.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Fires when an event of a type has come, and for a while no further one; once for all that came meanwhile, with the attributes of the
 * newest. Time alone never fires it.
 *
 * @param type of the event, 1 to 128 characters
 * @param debounce how long no further event must have come: zero for at once, at most one day. However dense the events are,
 *     it fires at the latest ten times as long after the first of them
 */
public record EventTrigger(String type, Duration debounce) implements Trigger {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST_CHARS = 128;
    private static final int MOST_WAITS = 10;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public EventTrigger {
        Objects.requireNonNull(debounce, "debounce");
        if (type.isEmpty() || type.length() > MOST_CHARS) {
            throw new IllegalArgumentException(
                    "the event's type has " + type.length() + " characters; allowed are 1 to " + MOST_CHARS);
        }
        if (debounce.isNegative() || debounce.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("debounce is " + debounce + "; allowed is PT0S to " + LONGEST);
        }
    }

    /** How long after the first event it fires at the latest. */
    public Duration longestWait() {
        return debounce.multipliedBy(MOST_WAITS);
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "on event '" + type + "'" + (debounce.isZero() ? "" : ", " + debounce + " after the last");
    }
}
