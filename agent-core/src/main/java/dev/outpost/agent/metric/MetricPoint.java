package dev.outpost.agent.metric;

import dev.outpost.agent.attribute.Attributes;

/**
 * One measured value.
 *
 * @param instrument what was measured
 * @param attributes of which part
 * @param startEpochNanos start of a total, nanoseconds since 1970-01-01T00:00:00Z; 0 when it has none
 * @param epochNanos when it was measured, nanoseconds since 1970-01-01T00:00:00Z
 * @param value the value; integers above 2^53 lose their last digits
 */
public record MetricPoint(
        Instrument instrument, Attributes attributes, long startEpochNanos, long epochNanos, double value) {}
