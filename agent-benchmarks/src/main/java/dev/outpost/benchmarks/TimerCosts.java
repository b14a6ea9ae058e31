package dev.outpost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/**
 * 100,000 timers: scheduling one, taking it back, letting it fire. The control loop's timers, which belong to one thread, beside a
 * {@link java.util.concurrent.ScheduledThreadPoolExecutor} with one thread that removes what is cancelled.
 */
final class TimerCosts {

    private static final int COUNT = 100_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Budget NANOS = Budget.atMost(1_000);

    private final Report report;
    private final int count;

    TimerCosts(Report report, Options options) {
        this.report = report;
        this.count = options.number(Options.COUNT, COUNT);
    }

    void run() throws IOException, InterruptedException {
        report.title(
                String.format(Locale.ROOT, "timers: %,d at once; fired while %,d are due within 2 s", count, count));
        Figures executor = measure(TimersProcess.EXECUTOR, "ScheduledThreadPoolExecutor");
        Figures outpost = measure(TimersProcess.OUTPOST, "Outpost");
        report.verdict("schedule, ns", outpost.get("schedule"), NANOS);
        report.verdict("cancel, ns", outpost.get("cancel"), NANOS);
        report.side("Outpost / executor", ratios(outpost, executor));
    }

    private Figures measure(String side, String name) throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.start(TimersProcess.class, side, count)) {
            Figures figures = Figures.parse(child.await("measured", PATIENCE));
            report.side(
                    name,
                    "schedule " + figures.text("schedule") + " ns, cancel " + figures.text("cancel") + " ns, "
                            + figures.text("bytes") + " B each");
            report.side("  firing", figures.text("cpu") + " ns of CPU each");
            report.side("  late", Histogram.describe(figures, "late"));
            return figures;
        }
    }

    private static String ratios(Figures outpost, Figures executor) {
        return "schedule " + ratio("schedule", outpost, executor) + ", cancel " + ratio("cancel", outpost, executor)
                + ", bytes " + ratio("bytes", outpost, executor) + ", firing " + ratio("cpu", outpost, executor);
    }

    private static String ratio(String name, Figures outpost, Figures executor) {
        return Report.number(outpost.get(name) / executor.get(name));
    }
}
