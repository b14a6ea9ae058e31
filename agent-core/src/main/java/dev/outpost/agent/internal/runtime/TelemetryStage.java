package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.GrowingPark;
import dev.outpost.agent.internal.base.LoopThread;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.telemetry.BatchLimits;
import dev.outpost.agent.internal.telemetry.DurableRecord;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.internal.telemetry.MetricPublisher;
import dev.outpost.agent.internal.telemetry.Outlet;
import dev.outpost.agent.internal.telemetry.SignalStats;
import dev.outpost.agent.internal.telemetry.TelemetryLoop;
import dev.outpost.agent.internal.telemetry.TelemetryRing;
import dev.outpost.agent.protocol.Signal;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Rings, publishers and the telemetry loop. */
final class TelemetryStage {

    private static final int METRIC_SLOTS = 1_024;
    private static final int MAX_METRIC_BYTES = 128 * 1024;

    private final GrowingPark idle = new GrowingPark();
    private final TelemetryRing logRing;
    private final TelemetryRing metricRing;
    private final SignalStats logStats;
    private final SignalStats metricStats;
    private final LogPublisher logs;
    private final MetricPublisher metrics;
    private final BatchLimits limits;
    private final TelemetryLoop loop;
    private final LoopThread thread;
    private volatile boolean open = true;

    TelemetryStage(AgentConfig config, Notifier notifier, Counters counters, ThrottledLog log) {
        AgentConfig.Telemetry settings = config.telemetry();
        logRing = new TelemetryRing(settings.ringSlots(), idle);
        metricRing = new TelemetryRing(METRIC_SLOTS, idle);
        // A slot of the log ring is a record: claims need no counter of their own on the path of every record.
        LongAdder logsFailed = counters.counter("ring.logs.dropped", "encode_failed");
        logStats = new SignalStats("logs", () -> logRing.claimed() - logsFailed.sum(), counters);
        LongAdder pointsTaken = counters.counter("ring.metrics.taken");
        metricStats = new SignalStats("metrics", pointsTaken::sum, counters);
        int logLanes = config.sinks().size() + (config.transports().isEmpty() ? 0 : 1);
        logs = new LogPublisher(
                logRing,
                logStats,
                config.clock(),
                settings.overflow(),
                settings.maxRecordBytes(),
                () -> open,
                future -> new DurableRecord(future, logLanes, notifier::complete));
        metrics = new MetricPublisher(metricRing, metricStats, pointsTaken, MAX_METRIC_BYTES, () -> open);
        limits = settings.batch();
        loop = new TelemetryLoop(config.clock(), idle);
        thread = new LoopThread("telemetry", loop, idle, log);
    }

    /** Connects the rings with the lanes; before the start. */
    void lanes(List<Lane> lanes) {
        List<Outlet> logLanes = of(Signal.LOGS, lanes);
        if (!logLanes.isEmpty()) {
            loop.add(Signal.LOGS, logRing, limits, logLanes);
        }
        List<Outlet> metricLanes = of(Signal.METRICS, lanes);
        if (!metricLanes.isEmpty()) {
            loop.add(Signal.METRICS, metricRing, limits.withoutRecords(), metricLanes);
        }
    }

    private static List<Outlet> of(Signal signal, List<Lane> lanes) {
        return lanes.stream()
                .filter(lane -> lane.signal() == signal)
                .<Outlet>map(lane -> lane)
                .toList();
    }

    void start() {
        thread.start();
    }

    LogPublisher logs() {
        return logs;
    }

    MetricPublisher metrics() {
        return metrics;
    }

    SignalStats logStats() {
        return logStats;
    }

    SignalStats metricStats() {
        return metricStats;
    }

    void flush(Runnable done) {
        loop.flush(done);
    }

    /** From here on publishing is refused and counted. */
    void closeIntake() {
        open = false;
    }

    void stop() {
        thread.stop();
    }

    boolean join(long nanos) throws InterruptedException {
        return thread.join(nanos);
    }
}
