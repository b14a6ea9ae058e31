package dev.outpost.benchmarks;

import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link PublishBenchmark} with one thread and with two. */
final class Publish {

    private static final Budget TIME = Budget.atMost(0.6);
    /** Zero, but for what JMH itself allocates between iterations. */
    private static final Budget ALLOCATION = Budget.atMost(0.5);

    private final Report report;

    Publish(Report report) {
        this.report = report;
    }

    void run() throws RunnerException {
        for (int threads = 1; threads <= 2; threads++) {
            report.title("publish, " + threads + " thread(s): 200 characters and two attributes");
            RunResult otel = measure("OpenTelemetry SDK", "otel", threads);
            RunResult outpost = measure("Outpost", "outpost", threads);
            report.verdict("Outpost / OpenTelemetry, ns", nanos(outpost) / nanos(otel), TIME);
            report.verdict("Outpost, B/op", publisherBytes(outpost), ALLOCATION);
        }
    }

    private RunResult measure(String side, String method, int threads) throws RunnerException {
        RunResult result = measure(PublishBenchmark.class, method, threads);
        report.side(side, describe(result));
        return result;
    }

    /** Runs one method of a JMH benchmark. */
    static RunResult measure(Class<?> benchmark, String method, int threads) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include("\\b" + benchmark.getSimpleName() + "\\." + method + "$")
                        .threads(threads)
                        .addProfiler(GCProfiler.class)
                        .addProfiler(PublisherAllocation.class)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .runSingle();
    }

    /** For people: time and garbage of each call. */
    static String describe(RunResult result) {
        return Report.number(nanos(result)) + " +- "
                + Report.number(result.getPrimaryResult().getScoreError()) + " ns/op, "
                + Report.number(publisherBytes(result)) + " B/op publishing, "
                + Report.number(secondary(result, "gc.alloc.rate.norm")) + " B/op in all threads";
    }

    static double nanos(RunResult result) {
        return result.getPrimaryResult().getScore();
    }

    private static double publisherBytes(RunResult result) {
        return secondary(result, PublisherAllocation.NAME);
    }

    private static double secondary(RunResult result, String name) {
        return Objects.requireNonNull(result.getSecondaryResults().get(name), name)
                .getScore();
    }
}
