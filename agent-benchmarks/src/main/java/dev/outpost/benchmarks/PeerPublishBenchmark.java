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

/** As {@link PublishBenchmark}, burst for burst, with what is on the class path of {@link PeersClassPath} only. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgs = ChildJvm.HEAP)
public class PeerPublishBenchmark {

    private static final int BURST = 1_024;

    /** Waits for the consumer before every burst. */
    @State(Scope.Thread)
    public static class Log4jPause {

        @Setup(Level.Trial)
        public void enter() {
            Log4jLogs.enter();
        }

        @Setup(Level.Invocation)
        public void await(Log4jLogs side) {
            side.backlog.awaitEmpty();
        }
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public void log4j(Log4jLogs side, Log4jPause pause) {
        for (int i = 0; i < BURST; i++) {
            side.log(i);
        }
        side.backlog.published(BURST);
    }
}
