package dev.outpost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * One agent with 100,000 schedules, beside the JDK's {@link java.util.concurrent.ScheduledThreadPoolExecutor} and Quartz with as
 * many jobs, all of which do the same: memory, CPU while none is due, CPU and lateness while a thousand are due each second.
 *
 * <p>The jobs' due times are spread over their interval by the benchmark, and lateness is taken in the job from the clock and the
 * job's number alone, in the same way for all sides.
 */
final class Schedules {

    private static final int COUNT = 100_000;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Report report;
    private final int count;

    Schedules(Report report, Options options) {
        this.report = report;
        this.count = options.number(Options.COUNT, COUNT);
    }

    void run() throws IOException, InterruptedException {
        report.title(String.format(
                Locale.ROOT,
                "schedules: %,d, each due once in %d s; lateness of a job's first line",
                count,
                SchedulesProcess.INTERVAL.toSeconds()));
        Figures executor = measure("ScheduledThreadPoolExecutor", SchedulesProcess.EXECUTOR, List.of(ChildJvm.HEAP));
        Figures quartz = measure("Quartz, in memory", SchedulesProcess.QUARTZ, PeersClassPath.options());
        Figures outpost = measure("Outpost", SchedulesProcess.OUTPOST, List.of(ChildJvm.HEAP));
        ratios("Outpost / executor", outpost, executor);
        ratios("Outpost / Quartz", outpost, quartz);
    }

    private Figures measure(String name, String side, List<String> options) throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.start(options, SchedulesProcess.class, side, count)) {
            Figures figures = Figures.parse(child.await("measured", PATIENCE));
            String threads = child.await("threads", PATIENCE);
            report.side(
                    name,
                    figures.text("bytes") + " B each, made in " + figures.text("made") + " s; idle "
                            + figures.text("idle") + " % of a processor");
            report.side(
                    "  firing",
                    figures.text("rate") + "/s, " + figures.text("firing") + " % of a processor, "
                            + figures.text("each") + " us each" + (threads.isEmpty() ? "" : ", of it " + threads));
            report.side("  late", Histogram.describe(figures, "late"));
            return figures;
        }
    }

    private void ratios(String name, Figures outpost, Figures other) {
        report.side(
                name,
                "bytes " + ratio("bytes", outpost, other) + ", idle " + ratio("idle", outpost, other) + ", firing "
                        + ratio("each", outpost, other) + ", late p99 " + ratio("late.p99", outpost, other));
    }

    private static String ratio(String name, Figures outpost, Figures other) {
        return Report.number(outpost.get(name) / other.get(name));
    }
}
