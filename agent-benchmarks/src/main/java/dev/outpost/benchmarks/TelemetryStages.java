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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** The way from the publishing thread to closed batches, on one thread: the ring is filled, then emptied. */
final class TelemetryStages {

    private static final int BURST = 4_096;
    private static final int SLOTS = 8_192;
    private static final int BATCH_BYTES = 256 * 1024;
    private static final int MAX_RECORD_BYTES = 64 * 1024;
    private static final int BURSTS = 1_000;
    private static final int WARM_UP_BURSTS = 300;
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

    private void clock() {
        for (int i = 0; i < BURST; i++) {
            sink += clock.epochNanos();
        }
    }

    /** What a publisher does to a slot's bytes, with a time that is known. */
    private void encode() {
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
    }

    /**
     * Measures all of it. Stages take turns burst by burst, and of each the median burst counts: what else the machine does
     * meets all of them alike, and differences between them mean something.
     */
    void measure(Figures figures) {
        Way plain = new Way(Compression.NONE);
        Way gzip = new Way(Compression.GZIP);
        double[] clocks = new double[BURSTS];
        double[] encodings = new double[BURSTS];
        double[] publishing = new double[BURSTS];
        double[] cutting = new double[BURSTS];
        double[] compressing = new double[BURSTS];
        for (int burst = -WARM_UP_BURSTS; burst < BURSTS; burst++) {
            int at = Math.max(0, burst);
            clocks[at] = nanos(this::clock);
            encodings[at] = nanos(this::encode);
            publishing[at] = nanos(() -> plain.publish(Records::textFor200));
            cutting[at] = nanos(plain::cut);
            gzip.publish(Records::textOfWords);
            compressing[at] = nanos(gzip::cut);
        }
        double clockNanos = median(clocks);
        double encodeNanos = median(encodings);
        figures.with("clock", clockNanos)
                .with("encode", encodeNanos)
                .with("hand-off", median(publishing) - clockNanos - encodeNanos)
                .with("cut", median(cutting))
                .with("compress", median(compressing) - median(cutting))
                .with("ratio", plain.outlet.perRecord() / gzip.outlet.perRecord());
    }

    private static double nanos(Runnable burst) {
        long start = System.nanoTime();
        burst.run();
        return (double) (System.nanoTime() - start) / BURST;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** A ring, a publisher before it, a telemetry loop behind it. */
    private final class Way {
        private final TelemetryRing ring = new TelemetryRing(SLOTS, BUSY);
        private final TelemetryLoop loop = new TelemetryLoop(clock, BUSY);
        private final Forgetful outlet;
        private final LogPublisher logs;

        Way(Compression compression) {
            outlet = new Forgetful(compression);
            logs = new LogPublisher(
                    ring,
                    new SignalStats("logs", ring::claimed, new Counters()),
                    clock,
                    OverflowPolicy.dropNewest(),
                    MAX_RECORD_BYTES,
                    () -> true,
                    future -> {
                        throw new IllegalStateException("nothing here is durable");
                    });
            loop.add(
                    Signal.LOGS,
                    ring,
                    new BatchLimits(Integer.MAX_VALUE, BATCH_BYTES, TimeUnit.MINUTES.toNanos(5)),
                    List.of(outlet));
        }

        void publish(IntFunction<String> text) {
            for (int i = 0; i < BURST; i++) {
                logs.publish(
                        Severity.INFO, text.apply(i), Records.KEY_1, Records.VALUE_1, Records.KEY_2, Records.VALUE_2);
            }
        }

        void cut() {
            while (ring.depth() > 0) {
                loop.doWork();
            }
        }
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

        double perRecord() {
            return (double) bytes / records;
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
