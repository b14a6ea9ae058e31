package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the host and its new records notice of a backlog that an earlier process has left on disk: the time that a call to
 * publish takes, and the time until the control center's handler has the record; beside the same without a backlog.
 */
final class Replay {

    /**
     * Less than a tenth of the backlog, so that it shows if the backlog is held in memory; enough for the lane's 32 MiB twice,
     * which the collector needs to move them.
     */
    private static final String HEAP = "-Xmx96m";

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int RECORD_BYTES = 203;
    private static final long LEAST_NANOS = 5_000_000_000L;
    private static final Budget NONE = Budget.atMost(0);

    private final Path certificates;
    private final Report report;
    private final int megabytes;
    private final Path directory;

    Replay(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.megabytes = options.number(Options.MEGABYTES, 2_000);
        this.directory = options.directory();
    }

    void run() throws IOException, InterruptedException {
        report.title("replay: a backlog of " + Report.number(megabytes)
                + " MB behind 50,000 live records/s; agent with " + HEAP);
        Link link = new Link(Security.PLAINTEXT, certificates);
        Path spool = Files.createTempDirectory(directory, "outpost-replay");
        Path empty = Files.createTempDirectory(directory, "outpost-replay");
        try {
            long backlog = leave(link, spool);
            Figures with = measure("with the backlog", link, spool, backlog, 0);
            double nanos = Math.max(LEAST_NANOS, with.get("nanos"));
            Figures without = measure("without", link, empty, 0, (long) nanos);
            report.verdict("dropped", with.get("dropped") + without.get("dropped"), NONE);
            report.verdict(
                    "published - arrived", Math.abs(with.get("missing")) + Math.abs(without.get("missing")), NONE);
            report.verdict("arrived twice", with.get("repeated") + without.get("repeated"), NONE);
        } finally {
            Directories.delete(spool);
            Directories.delete(empty);
        }
    }

    /** Makes the backlog; the records that it holds. */
    private long leave(Link link, Path spool) throws IOException, InterruptedException {
        long records = megabytes * 1_000_000L / RECORD_BYTES;
        try (ChildJvm agent = ChildJvm.start(
                SpoolAgentProcess.class, link.spec(), link.certificates(), Link.freePort(), spool, records, 0, false)) {
            Figures figures = Figures.parse(agent.await("spooled", PATIENCE));
            agent.await("closed", PATIENCE);
            return (long) figures.get("spooled");
        }
    }

    private Figures measure(String side, Link link, Path spool, long backlog, long nanos)
            throws IOException, InterruptedException {
        int port = Link.freePort();
        try (ChildJvm agent = ChildJvm.start(
                List.of(HEAP), ReplayAgentProcess.class, link.spec(), link.certificates(), port, spool, nanos)) {
            agent.await("ready", PATIENCE);
            try (ChildJvm center =
                    ChildJvm.start(CountingCenterProcess.class, link.spec(), link.certificates(), port)) {
                Figures measured = Figures.parse(agent.await("measured", PATIENCE));
                String threads = agent.await("threads", PATIENCE);
                agent.await("closed", PATIENCE);
                Figures counted = Figures.parse(center.endAndAwait("counted", PATIENCE));
                double seconds = measured.get("nanos") / 1e9;
                report.side(
                        side,
                        Report.number(seconds) + " s; " + measured.text("backlog") + " records on disk"
                                + (backlog == 0
                                        ? ""
                                        : ", " + Report.number(measured.get("backlog") / seconds) + "/s replayed"));
                report.side("  publish()", Histogram.describe(measured, "publish"));
                report.side("  delivery of live records", Histogram.describe(counted, "delivery"));
                report.side("  memory", MemoryWatch.describe(measured));
                report.side(
                        "  CPU",
                        Report.number(measured.get("cpu") / seconds * 100) + " % of a processor, of it " + threads);
                if (measured.get("recovered") != backlog) {
                    report.side("  recovered", measured.text("recovered") + " of " + Report.number((double) backlog));
                }
                double arrived = counted.get("records");
                return measured.with("missing", backlog + measured.get("emitted") - arrived)
                        .with("repeated", counted.get("repeated"));
            }
        }
    }
}
