package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.protocol.Signal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Publisher, ring, cutter and loop of one signal, all turned by hand on the test's thread. */
final class Pipeline {

    static final int MAX_RECORD_BYTES = 4 * 1024 * 1024;
    static final Duration AGE = Duration.ofSeconds(5);

    final ManualClock clock = new ManualClock();
    final Counters counters = new Counters();
    final TelemetryRing ring;
    final SignalStats stats;
    final TelemetryLoop loop = new TelemetryLoop(clock, new NoWaiting());
    final LogPublisher logs;
    boolean open = true;

    Pipeline(int slots, OverflowPolicy overflow, BatchLimits limits, Outlet... outlets) {
        ring = new TelemetryRing(slots, new NoWaiting());
        LongAdder failed = counters.counter("ring.logs.dropped", "encode_failed");
        stats = new SignalStats("logs", () -> ring.claimed() - failed.sum(), counters);
        logs = new LogPublisher(
                ring,
                stats,
                clock,
                overflow,
                MAX_RECORD_BYTES,
                () -> open,
                future -> new DurableRecord(future, 1, Runnable::run));
        loop.add(Signal.LOGS, ring, limits, List.of(outlets));
    }

    static BatchLimits limits(int records, int bytes) {
        return new BatchLimits(records, bytes, AGE.toNanos());
    }

    /** Turns the loop until it finds nothing to do. */
    void turn() {
        while (loop.doWork() > 0) {
            // goes on
        }
    }

    /** Records dropped before any lane. */
    long dropped() {
        return stats.dropped().values().stream().mapToLong(Long::longValue).sum();
    }
}
