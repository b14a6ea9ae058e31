package dev.outpost.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs a thread of the host to hand in a log record.
 *
 * <p>A loop without pause would measure how fast a side drops, for no consumer keeps up with it. So each thread publishes in
 * bursts, and waits unmeasured until all it has published is consumed. A burst of two threads together fits into the smaller
 * of the two queues, OpenTelemetry's with its default of 2,048 records; consumers run while bursts last. Should records be
 * dropped all the same, the run fails.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = ChildJvm.HEAP)
public class PublishBenchmark {

    private static final int BURST = 1_024;

    /** Waits for the consumer before every burst. */
    @State(Scope.Thread)
    public static class OutpostPause {

        @Setup(Level.Invocation)
        public void await(OutpostLogs side) {
            side.backlog.awaitEmpty();
        }
    }

    /** Waits for the consumer before every burst. */
    @State(Scope.Thread)
    public static class OtelPause {

        @Setup(Level.Invocation)
        public void await(OtelLogs side) {
            side.backlog.awaitEmpty();
        }
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void outpost(OutpostLogs side, OutpostPause pause) {
        for (int i = 0; i < BURST; i++) {
            side.publish(i);
        }
        side.backlog.published(BURST);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void otel(OtelLogs side, OtelPause pause) {
        for (int i = 0; i < BURST; i++) {
            side.emit(i);
        }
        side.backlog.published(BURST);
    }
}
