package dev.outpost.agent.internal.metric;

import dev.outpost.agent.metric.MetricSource;
import java.time.Duration;

/** A source and its rhythm. Owned by the sampler thread of the moment, but for {@code stuck}. */
public final class SourceEntry {

    final MetricSource source;
    final String name;
    private final Duration interval;
    private final boolean atOnce;
    long due;

    /** In a collection whose thread was given up, until that returns. */
    volatile boolean stuck;

    /** A source to be collected at once, and then at that interval. */
    public SourceEntry(MetricSource source, String name, Duration interval) {
        this(source, name, interval, true);
    }

    /** A source to be collected at that interval, for the first time at once or after an interval. */
    public SourceEntry(MetricSource source, String name, Duration interval, boolean atOnce) {
        this.source = source;
        this.name = name;
        this.interval = interval;
        this.atOnce = atOnce;
    }

    void begin(long now) {
        due = atOnce ? now : now + interval.toNanos();
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
