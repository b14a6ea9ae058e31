package dev.outpost.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The next time of a cron expression beside cron-utils, Quartz and Spring, and what parsing costs. */
final class Cron {

    private static final Duration PATIENCE = Duration.ofMinutes(6);
    private static final String OUTPOST = "Outpost";
    /** As the methods of {@link CronBenchmark} end. */
    private static final List<String> OTHERS = List.of("CronUtils", "Quartz", "Spring");

    private final Report report;

    Cron(Report report) {
        this.report = report;
    }

    /** Of one call. */
    private record Cost(double nanos, double bytes) {

        String describe() {
            return Report.number(nanos) + " ns, " + Report.number(bytes) + " B";
        }
    }

    void run() throws IOException, InterruptedException {
        Map<String, Map<String, Cost>> byExpression = new LinkedHashMap<>();
        try (ChildJvm child = ChildJvm.start(PeersClassPath.options(), CronProcess.class)) {
            int results = Integer.parseInt(child.await("results", PATIENCE));
            for (int i = 0; i < results; i++) {
                String[] told = child.await("measured", PATIENCE).split(" ", 4);
                Cost cost = new Cost(Double.parseDouble(told[1]), Double.parseDouble(told[2]));
                byExpression
                        .computeIfAbsent(told[3], unseen -> new LinkedHashMap<>())
                        .put(told[0], cost);
            }
        }
        byExpression.forEach(this::report);
    }

    private void report(String expression, Map<String, Cost> costs) {
        report.title("cron, " + expression + ": the next time after a moment of 2026 in Berlin; parsing");
        OTHERS.forEach(side -> row(side, costs));
        row(OUTPOST, costs);
        report.side("Outpost / best other, next", ratio("next", costs));
        report.side("Outpost / best other, parse", ratio("parse", costs));
    }

    private void row(String side, Map<String, Cost> costs) {
        report.side(
                side.equals("CronUtils") ? "cron-utils" : side,
                cost("next", side, costs).describe() + "; parsing "
                        + cost("parse", side, costs).describe());
    }

    private static String ratio(String what, Map<String, Cost> costs) {
        double best = OTHERS.stream()
                .mapToDouble(side -> cost(what, side, costs).nanos)
                .min()
                .orElseThrow();
        return Report.number(cost(what, OUTPOST, costs).nanos / best);
    }

    private static Cost cost(String what, String side, Map<String, Cost> costs) {
        Cost cost = costs.get(what + side);
        if (cost == null) {
            throw new IllegalStateException("no figure for " + what + side + " among " + costs.keySet());
        }
        return cost;
    }
}
