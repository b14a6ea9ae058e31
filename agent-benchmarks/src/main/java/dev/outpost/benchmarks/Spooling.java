package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An agent whose control center is away: what its host publishes goes to the disk; then the control center comes, and
 * everything arrives once. Beside it what the disk takes without Outpost, and what the spool takes of publishers that do not
 * pace themselves.
 */
final class Spooling {

    /** Room for the 32 MiB of a lane and for the collector: the agent's memory does not grow with what it spools. */
    private static final String HEAP = "-Xmx128m";

    private static final int ROUNDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Budget NONE = Budget.atMost(0);
    private static final Budget SHARE_OF_RAW = Budget.atLeast(0.6);

    private final Path certificates;
    private final Report report;
    private final int seconds;
    private final int rate;
    private final Path directory;

    Spooling(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.seconds = options.number(Options.SECONDS, 60);
        this.rate = options.number(Options.RATE, 500_000);
        this.directory = options.directory();
    }

    void run() throws IOException, InterruptedException {
        long records = (long) seconds * rate;
        report.title("spool: " + Report.number(rate) + " records of 200 bytes per second for " + seconds
                + " s without a control center, which then comes; agent with " + HEAP);
        paced(records);
        report.title("spool: the same records as fast as the disk takes them; MB of file per second");
        double raw = 0;
        double spool = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Spooled spooled = unpaced(records);
            spool = Math.max(spool, spooled.megabytes / spooled.figures.get("safe"));
            raw = Math.max(raw, raw(spooled.megabytes));
        }
        report.verdict("spool / raw append", spool / raw, SHARE_OF_RAW);
    }

    private void paced(long records) throws IOException, InterruptedException {
        Path spool = Files.createTempDirectory(directory, "outpost-spool");
        Link link = new Link(Security.PLAINTEXT, certificates);
        int port = Link.freePort();
        try (ChildJvm agent = agent(link, port, spool, records, rate, true)) {
            Figures spooled = Figures.parse(agent.await("spooled", PATIENCE));
            double megabytes = Directories.bytes(spool) / 1e6;
            double perSecond = spooled.get("records") / spooled.get("publishing");
            report.side(
                    "published",
                    spooled.text("records") + " in " + spooled.text("publishing")
                            + " s, on disk after " + spooled.text("safe")
                            + " s; worst burst late by " + spooled.text("late") + " ms");
            report.side(
                    "spooled",
                    spooled.text("spooled") + " records, " + Report.number(megabytes) + " MB, "
                            + Report.number(megabytes / spooled.get("safe")) + " MB/s");
            report.side("memory, spooling", MemoryWatch.describe(spooled));
            report.side("CPU, spooling", cpu(spooled) + agent.await("threads", PATIENCE));
            String drops = agent.await("drops", PATIENCE);
            try (ChildJvm center =
                    ChildJvm.start(CountingCenterProcess.class, link.spec(), link.certificates(), port)) {
                center.await("port", PATIENCE);
                Figures replayed = Figures.parse(agent.await("replayed", PATIENCE));
                String threads = agent.await("threads", PATIENCE);
                agent.await("closed", PATIENCE);
                Figures counted = Figures.parse(center.endAndAwait("counted", PATIENCE));
                report.side(
                        "replayed",
                        replayed.text("records") + " in " + replayed.text("seconds") + " s: "
                                + Report.number(replayed.get("records") / replayed.get("seconds")) + " records/s");
                report.side("memory, to the end", MemoryWatch.describe(replayed));
                report.side("CPU, replaying", cpu(replayed) + threads);
                report.side(
                        "arrived",
                        counted.text("records") + " records, " + counted.text("repeated") + " of them twice, "
                                + counted.text("outOfTurn") + " batches out of turn");
                report.verdict("published per second", perSecond, Budget.atLeast(rate));
                report.verdict("dropped " + drops, replayed.get("dropped"), NONE);
                report.verdict("published - arrived", Math.abs(spooled.get("records") - counted.get("records")), NONE);
                report.verdict("arrived twice", counted.get("repeated"), NONE);
            }
        } finally {
            Directories.delete(spool);
        }
    }

    private static String cpu(Figures figures) {
        return Report.number(figures.get("cpu") / figures.get("records") * 1e6)
                + " s per million records; of a processor ";
    }

    private record Spooled(Figures figures, double megabytes) {}

    private Spooled unpaced(long records) throws IOException, InterruptedException {
        Path spool = Files.createTempDirectory(directory, "outpost-spool");
        Link link = new Link(Security.PLAINTEXT, certificates);
        try (ChildJvm agent = agent(link, Link.freePort(), spool, records, 0, false)) {
            Figures figures = Figures.parse(agent.await("spooled", PATIENCE));
            String threads = agent.await("threads", PATIENCE);
            agent.await("closed", PATIENCE);
            double megabytes = Directories.bytes(spool) / 1e6;
            report.side(
                    "Outpost",
                    Report.number(megabytes / figures.get("safe")) + " MB/s, "
                            + Report.number(figures.get("records") / figures.get("safe")) + " records/s; "
                            + MemoryWatch.describe(figures));
            report.side("", cpu(figures) + threads);
            return new Spooled(figures, megabytes);
        } finally {
            Directories.delete(spool);
        }
    }

    private ChildJvm agent(Link link, int port, Path spool, long records, int perSecond, boolean replay)
            throws IOException {
        return ChildJvm.start(
                List.of(HEAP),
                SpoolAgentProcess.class,
                link.spec(),
                link.certificates(),
                port,
                spool,
                records,
                perSecond,
                replay);
    }

    private double raw(double megabytes) throws IOException, InterruptedException {
        Path file = Files.createTempFile(directory, "outpost-raw", "");
        try (ChildJvm raw = ChildJvm.start(List.of(HEAP), RawAppendProcess.class, file, (long) (megabytes * 1e6))) {
            Figures figures = Figures.parse(raw.await("appended", PATIENCE));
            report.side(
                    "raw append",
                    figures.text("appending") + " MB/s into zeros that were written before at "
                            + figures.text("zeroing") + " MB/s; both together " + figures.text("both") + " MB/s");
            return figures.get("appending");
        } finally {
            Files.delete(file);
        }
    }
}
