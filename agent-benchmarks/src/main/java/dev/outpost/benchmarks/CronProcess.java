package dev.outpost.benchmarks;

import java.util.Collection;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link CronBenchmark}: JMH gives its forks the class path of the JVM that it runs in. Of the iterations the best counts, for
 * whatever else goes on only takes away.
 */
final class CronProcess {

    private CronProcess() {}

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("\\b" + CronBenchmark.class.getSimpleName() + "\\.")
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        Parent.tell("results", results.size());
        for (RunResult result : results) {
            double bytes = Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"))
                    .getScore();
            Parent.tell(
                    "measured",
                    String.join(
                            " ",
                            result.getPrimaryResult().getLabel(),
                            Double.toString(
                                    result.getPrimaryResult().getStatistics().getMin()),
                            Double.toString(bytes),
                            result.getParams().getParam("text")));
        }
    }
}
