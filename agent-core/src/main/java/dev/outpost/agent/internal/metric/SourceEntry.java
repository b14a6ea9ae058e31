package dev.outpost.agent.internal.metric;

import dev.outpost.agent.metric.MetricSource;
import java.time.Duration;

/** A source and its rhythm. Owned by the sampler thread of the moment, but for {@code stuck}. */
public final class SourceEntry {

    final MetricSource source;
    final String name;
    private final Duration interval;
    long due;

    /** In a collection whose thread was given up, until that returns. */
    volatile boolean stuck;

    /** A source to be collected at that interval. */
    public SourceEntry(MetricSource source, String name, Duration interval) {
        this.source = source;
        this.name = name;
        this.interval = interval;
    }

    /** What it is called. */
    public String name() {
        return name;
    }

    /** How often it is collected. */
    public Duration interval() {
        return interval;
    }
}
