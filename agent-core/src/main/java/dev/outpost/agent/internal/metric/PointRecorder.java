package dev.outpost.agent.internal.metric;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.otlp.OtlpMetricWriter;
import dev.outpost.agent.internal.telemetry.MetricPublisher;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Recorder of one sampler thread: gathers the points of one instrument after another and publishes each run of them as one
 * OTLP metric. Used by its thread only, but for {@link #disable}.
 */
final class PointRecorder implements MetricRecorder {

    private static final int MOST_POINT_BYTES = 64 * 1024;

    private final MetricPublisher publisher;
    private final HostVitals vitals;
    private final LongAdder notFinite;
    private final long agentStart;
    private final OtlpMetricWriter points = new OtlpMetricWriter();
    private @Nullable Instrument current;
    private long time;
    private long start;
    private volatile boolean disabled;

    PointRecorder(MetricPublisher publisher, HostVitals vitals, LongAdder notFinite, long agentStart) {
        this.publisher = publisher;
        this.vitals = vitals;
        this.notFinite = notFinite;
        this.agentStart = agentStart;
        this.start = agentStart;
    }

    void begin(long epochNanos) {
        time = epochNanos;
        start = agentStart;
        vitals.begin();
    }

    void end() {
        publishCurrent();
        if (!disabled) {
            vitals.end();
        }
    }

    /** Its thread was given up: nothing it records counts any more. */
    void disable() {
        disabled = true;
    }

    @Override
    public void record(Instrument instrument, Attributes attributes, long value) {
        add(instrument, attributes, value, (double) value, false);
    }

    @Override
    public void record(Instrument instrument, Attributes attributes, double value) {
        if (Double.isFinite(value)) {
            add(instrument, attributes, Double.doubleToRawLongBits(value), value, true);
        } else {
            notFinite.increment();
        }
    }

    @Override
    public void since(long epochNanos) {
        start = epochNanos;
    }

    private void add(Instrument instrument, Attributes attributes, long bits, double value, boolean isDouble) {
        if (disabled) {
            return;
        }
        if (current == null || !current.equals(instrument) || points.length() > MOST_POINT_BYTES) {
            publishCurrent();
            current = instrument;
        }
        long from = instrument.kind() == Instrument.Kind.GAUGE ? 0 : start;
        points.add(from, time, attributes, bits, isDouble);
        vitals.see(instrument, attributes, value);
    }

    private void publishCurrent() {
        if (current != null && points.count() > 0 && !disabled) {
            publisher.publish(current, points);
        }
        points.clear();
        current = null;
    }
}
