package dev.outpost.benchmarks;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.IdleStrategy;
import dev.outpost.agent.internal.base.SystemClock;
import dev.outpost.agent.internal.otlp.OtlpLogWriter;
import dev.outpost.agent.internal.proto.Utf8;
import dev.outpost.agent.internal.telemetry.BatchLimits;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.internal.telemetry.Outlet;
import dev.outpost.agent.internal.telemetry.SignalStats;
import dev.outpost.agent.internal.telemetry.TelemetryLoop;
import dev.outpost.agent.internal.telemetry.TelemetryRing;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.transport.Compression;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The way from the publishing thread to closed batches, on one thread: the ring is filled, then emptied. */
final class TelemetryStages {

    private static final int BURST = 4_096;
    private static final int SLOTS = 8_192;
    private static final int BATCH_BYTES = 256 * 1024;
    private static final int MAX_RECORD_BYTES = 64 * 1024;
    private static final int ROUND_BURSTS = 400;
    private static final IdleStrategy BUSY = new IdleStrategy() {
        @Override
        public void reset() {}

        @Override
        public void idle() {}

        @Override
        public void wake() {}
    };

    private final SystemClock clock = new SystemClock();
    private final byte[] target = new byte[1_024];
    private long sink;

    int clock() {
        for (int i = 0; i < BURST; i++) {
            sink += clock.epochNanos();
        }
        return BURST;
    }

    /** What a publisher does to a slot's bytes, with a time that is known. */
    int encode() {
        for (int i = 0; i < BURST; i++) {
            String body = Records.textFor200(i);
            int bodyLength = Utf8.length(body);
            int key1 = Utf8.length(Records.KEY_1);
            int value1 = Utf8.length(Records.VALUE_1);
            int key2 = Utf8.length(Records.KEY_2);
            int value2 = Utf8.length(Records.VALUE_2);
            sink += OtlpLogWriter.size(bodyLength)
                    + OtlpLogWriter.attributeSize(key1, value1)
                    + OtlpLogWriter.attributeSize(key2, value2);
            int at = OtlpLogWriter.putStart(target, 0, sink, Severity.INFO.number(), body, bodyLength);
            at = OtlpLogWriter.putAttribute(target, at, Records.KEY_1, key1, Records.VALUE_1, value1);
            at = OtlpLogWriter.putAttribute(target, at, Records.KEY_2, key2, Records.VALUE_2, value2);
            sink += OtlpLogWriter.putEnd(target, at, sink);
        }
        return BURST;
    }

    /** Hand-off, cutting and compression: what is left when what was measured before is taken away. */
    void publishAndCut(Figures figures) {
        Way plain = measure(Compression.NONE);
        Way gzip = measure(Compression.GZIP);
        figures.with("hand-off", plain.publishing - figures.get("clock") - figures.get("encode"))
                .with("cut", plain.cutting)
                .with("compress", gzip.cutting - plain.cutting)
                .with("ratio", plain.bytes / gzip.bytes);
    }

    /**
     * Measures per record.
     *
     * @param publishing nanoseconds on the publisher's side
     * @param cutting nanoseconds on the telemetry loop's side
     * @param bytes bytes in batches
     */
    private record Way(double publishing, double cutting, double bytes) {}

    private Way measure(Compression compression) {
        TelemetryRing ring = new TelemetryRing(SLOTS, BUSY);
        Counters counters = new Counters();
        LogPublisher logs = new LogPublisher(
                ring,
                new SignalStats("logs", ring::claimed, counters),
                clock,
                OverflowPolicy.dropNewest(),
                MAX_RECORD_BYTES,
                () -> true,
                future -> {
                    throw new IllegalStateException("nothing here is durable");
                });
        Forgetful outlet = new Forgetful(compression);
        TelemetryLoop loop = new TelemetryLoop(clock, BUSY);
        loop.add(
                Signal.LOGS,
                ring,
                new BatchLimits(Integer.MAX_VALUE, BATCH_BYTES, TimeUnit.MINUTES.toNanos(5)),
                List.of(outlet));
        double publishing = Double.MAX_VALUE;
        double cutting = Double.MAX_VALUE;
        for (int round = 0; round < Loop.ROUNDS; round++) {
            long published = 0;
            long cut = 0;
            for (int burst = 0; burst < ROUND_BURSTS; burst++) {
                long start = System.nanoTime();
                for (int i = 0; i < BURST; i++) {
                    Records.publish(logs, i);
                }
                long filled = System.nanoTime();
                while (ring.depth() > 0) {
                    loop.doWork();
                }
                published += filled - start;
                cut += System.nanoTime() - filled;
            }
            publishing = Math.min(publishing, (double) published / ROUND_BURSTS / BURST);
            cutting = Math.min(cutting, (double) cut / ROUND_BURSTS / BURST);
        }
        return new Way(publishing, cutting, (double) outlet.bytes / outlet.records);
    }

    /** Takes batches and forgets them. */
    private static final class Forgetful implements Outlet {
        private final LaneGate gate = new LaneGate(1L << 30, LaneOverflow.dropNewest());
        private final Compression compression;
        private long bytes;
        private long records;

        Forgetful(Compression compression) {
            this.compression = compression;
        }

        @Override
        public LaneGate gate() {
            return gate;
        }

        @Override
        public Compression compression() {
            return compression;
        }

        @Override
        public void accept(ClosedBatch batch) {
            bytes += batch.bytes();
            records += batch.records();
            gate.release(batch.bytes());
        }

        @Override
        public void refuse(ClosedBatch batch) {
            throw new IllegalStateException("there is room for every batch");
        }
    }
}
