package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Trivial tasks per second, many under way at once: dispatched by a control center over gRPC, beside unary calls of raw gRPC
 * whose handlers run on as many threads; and submitted by the host itself, beside a plain thread pool.
 */
final class Tasks {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path certificates;
    private final Report report;

    private final Path directory;

    Tasks(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.directory = options.directory();
    }

    void run() throws IOException, InterruptedException {
        for (Security security : Security.values()) {
            Link link = new Link(security, certificates);
            report.title("tasks, " + security + ": dispatched to one agent, " + CallLoad.IN_FLIGHT + " under way");
            double raw = call(link);
            double outpost = dispatch("Outpost", link);
            Path journal = Files.createTempDirectory(directory, "outpost-journal");
            try {
                dispatch("Outpost with a journal", link, journal);
            } finally {
                Directories.delete(journal);
            }
            report.side("Outpost / raw gRPC", Report.number(outpost / raw));
        }
        report.title("tasks, in the host: submitted from one thread, " + CallLoad.IN_FLIGHT + " under way, "
                + ScheduledJobs.WORKERS + " workers");
        double pool = submit("ThreadPoolExecutor", SubmitProcess.EXECUTOR);
        double agent = submit("Outpost", SubmitProcess.OUTPOST);
        report.side("executor / Outpost", Report.number(pool / agent));
    }

    private double call(Link link) throws IOException, InterruptedException {
        try (ChildJvm server = ChildJvm.start(RawCallServerProcess.class, link.spec(), link.certificates());
                ChildJvm client = ChildJvm.start(
                        RawCallProcess.class, link.spec(), link.certificates(), server.await("port", PATIENCE))) {
            return report("raw gRPC, unary calls", client, server);
        }
    }

    private double dispatch(String side, Link link, Path... journal) throws IOException, InterruptedException {
        try (ChildJvm center = ChildJvm.start(DispatchLoadProcess.class, link.spec(), link.certificates())) {
            List<Object> arguments =
                    new ArrayList<>(List.of(link.spec(), link.certificates(), center.await("port", PATIENCE), 0));
            arguments.addAll(List.of(journal));
            try (ChildJvm agent = ChildJvm.start(TaskAgentProcess.class, arguments.toArray())) {
                return report(side, center, agent);
            }
        }
    }

    private double report(String side, ChildJvm asking, ChildJvm answering) throws IOException, InterruptedException {
        asking.await("measuring", PATIENCE);
        Duration askingCpu = asking.cpu();
        Duration answeringCpu = answering.cpu();
        Figures figures = Figures.parse(asking.await("measured", PATIENCE));
        report(
                side,
                figures,
                " (CPU each: " + micros(asking.cpu().minus(askingCpu), figures) + " us asking, "
                        + micros(answering.cpu().minus(answeringCpu), figures) + " us answering)");
        return figures.get("rate");
    }

    private double submit(String name, String side) throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.start(SubmitProcess.class, side)) {
            child.await("measuring", PATIENCE);
            Duration cpu = child.cpu();
            Figures figures = Figures.parse(child.await("measured", PATIENCE));
            report(name, figures, " (CPU each: " + micros(child.cpu().minus(cpu), figures) + " us)");
            return figures.get("rate");
        }
    }

    private void report(String side, Figures figures, String cpu) {
        report.side(side, figures.text("rate") + "/s" + cpu);
        report.side("  latency", Histogram.describe(figures, "latency"));
    }

    private static String micros(Duration cpu, Figures figures) {
        return Report.number(cpu.toNanos() / 1e3 / figures.get("latency.count"));
    }
}
