package dev.outpost.agent.metric;

import dev.outpost.agent.attribute.Attributes;

/**
 * Takes the measurements of one collection. Valid only during the {@link MetricSource#collect} call it was passed to,
 * and only on that thread.
 *
 * <p>All points of one collection bear the same time stamp. Points of one instrument should be recorded one after the
 * other: each run of them becomes one OTLP {@code Metric}. With constant instruments and attributes nothing is
 * allocated. A point that is not finite (NaN, infinite) is left out and counted. After the time limit of a collection
 * has passed, what is recorded is ignored.
 */
public interface MetricRecorder {

    /** Records an integer. */
    void record(Instrument instrument, Attributes attributes, long value);

    /** Records a floating-point number. */
    void record(Instrument instrument, Attributes attributes, double value);

    /** Records an integer without attributes. */
    default void record(Instrument instrument, long value) {
        record(instrument, Attributes.empty(), value);
    }

    /** Records a floating-point number without attributes. */
    default void record(Instrument instrument, double value) {
        record(instrument, Attributes.empty(), value);
    }

    /**
     * Sets the start of the totals that follow in this collection: for kernel counters the boot time, for totals of the
     * process its start. Without it, counters are cumulative since the agent started.
     *
     * @param epochNanos nanoseconds since 1970-01-01T00:00:00Z
     */
    void since(long epochNanos);
}
