package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentSnapshot;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The agent's accounts as metrics: per lane the two sides of its identity. */
final class OwnMetrics implements MetricSource {

    private static final Instrument EMITTED =
            counter("outpost.lane.emitted", "Records or points that publishers have handed in.");
    private static final Instrument RECOVERED =
            counter("outpost.lane.recovered", "Records or points found in the spool that earlier runs had left there.");
    private static final Instrument DELIVERED =
            counter("outpost.lane.delivered", "Records or points that the destination has acknowledged.");
    private static final Instrument DROPPED =
            counter("outpost.lane.dropped", "Records or points that were given up, by reason.");
    private static final Instrument HELD = Instrument.upDownCounter(
            "outpost.lane.held", "{record}", "Records or points that are not delivered yet, by where they are.");
    private static final Instrument SPOOL_FAILURES =
            Instrument.counter("outpost.spool.failures", "{failure}", "Operations of the spool that failed.");

    private static final Instrument CERTIFICATE =
            Instrument.gauge("outpost.tls.certificate.remaining", "s", "Time until the agent's certificate expires.");
    private static final Instrument CLOCK_SKEW =
            Instrument.gauge("outpost.clock.skew", "s", "How far the control center's clock is ahead of the agent's.");

    private final Supplier<AgentSnapshot> snapshots;
    private final Supplier<OptionalLong> secondsToExpiry;
    private final Supplier<OptionalLong> clockSkewMillis;

    OwnMetrics(
            Supplier<AgentSnapshot> snapshots,
            Supplier<OptionalLong> secondsToExpiry,
            Supplier<OptionalLong> clockSkewMillis) {
        this.snapshots = snapshots;
        this.secondsToExpiry = secondsToExpiry;
        this.clockSkewMillis = clockSkewMillis;
    }

    private static Instrument counter(String name, String description) {
        return Instrument.counter(name, "{record}", description);
    }

    @Override
    public String name() {
        return "outpost";
    }

    @Override
    public void collect(MetricRecorder recorder) {
        AgentSnapshot snapshot = snapshots.get();
        for (LaneSnapshot lane : snapshot.lanes()) {
            Attributes name = Attributes.of("outpost.lane", lane.name());
            recorder.record(EMITTED, name, lane.emitted());
            recorder.record(RECOVERED, name, lane.recovered());
            recorder.record(DELIVERED, name, lane.delivered());
            recorder.record(HELD, held(lane, "memory"), lane.inMemory());
            recorder.record(HELD, held(lane, "spool"), lane.spooled());
            for (Map.Entry<String, Long> dropped : lane.dropped().entrySet()) {
                recorder.record(
                        DROPPED,
                        Attributes.of("outpost.lane", lane.name(), "outpost.reason", dropped.getKey()),
                        dropped.getValue());
            }
        }
        recorder.record(SPOOL_FAILURES, snapshot.counter("spool.failures"));
        secondsToExpiry.get().ifPresent(seconds -> recorder.record(CERTIFICATE, seconds));
        clockSkewMillis.get().ifPresent(millis -> recorder.record(CLOCK_SKEW, millis / 1e3));
    }

    private static Attributes held(LaneSnapshot lane, String where) {
        return Attributes.of("outpost.lane", lane.name(), "outpost.place", where);
    }
}
