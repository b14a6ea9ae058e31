package dev.outpost.agent.metric;

import java.util.Objects;

/**
 * What is measured: name, unit and kind. Create once, as a constant; two instruments with one name must be equal.
 *
 * @param name a dotted name of the OpenTelemetry semantic conventions ("system.cpu.utilization") or in their style
 * @param unit a UCUM code ("By", "s", "1", "{thread}")
 * @param kind how its points are to be read
 * @param description one sentence for people
 */
public record Instrument(String name, String unit, Kind kind, String description) {

    /** How the points of an instrument are to be read. */
    public enum Kind {
        /** The value now; points of different attributes may be added up or not. OTLP {@code Gauge}. */
        GAUGE,
        /** The value now, which may go up and down and adds up across attributes. OTLP non-monotonic {@code Sum}. */
        UP_DOWN_COUNTER,
        /** A total since {@link MetricRecorder#since}, which only grows. OTLP monotonic cumulative {@code Sum}. */
        COUNTER
    }

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is empty or longer than 255 characters, as OpenTelemetry has it
     */
    public Instrument {
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(description, "description");
        if (name.isEmpty() || name.length() > 255) {
            throw new IllegalArgumentException(
                    "the name '" + name + "' has " + name.length() + " characters; allowed are 1 to 255");
        }
    }

    /** A gauge. */
    public static Instrument gauge(String name, String unit, String description) {
        return new Instrument(name, unit, Kind.GAUGE, description);
    }

    /** An up-down counter. */
    public static Instrument upDownCounter(String name, String unit, String description) {
        return new Instrument(name, unit, Kind.UP_DOWN_COUNTER, description);
    }

    /** A monotonic counter. */
    public static Instrument counter(String name, String unit, String description) {
        return new Instrument(name, unit, Kind.COUNTER, description);
    }
}
