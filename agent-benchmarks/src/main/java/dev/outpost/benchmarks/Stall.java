package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A control center whose handler stalls while many agents push: what it costs there, and what becomes of it. */
final class Stall {

    private static final int AGENTS = 200;
    private static final int PER_SECOND = 100_000;
    private static final int PUBLISH_SECONDS = 20;
    private static final int STALL_SECONDS = 25;
    private static final int HEARTBEATS_PER_AGENT = STALL_SECONDS / 2;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Path certificates;
    private final Report report;
    private final Options options;

    Stall(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.options = options;
    }

    void run() throws IOException, InterruptedException {
        Link link = new Link(Security.MTLS, certificates);
        int agents = options.number(Options.AGENTS, AGENTS);
        report.title("stall, MTLS: a handler that finishes no batch for " + STALL_SECONDS + " s, " + agents
                + " agents with together " + Report.number(PER_SECOND) + " records/s");
        Path spools = Files.createTempDirectory(options.directory(), "stall");
        try (ChildJvm center =
                        ChildJvm.start(StallCenterProcess.class, link.spec(), link.certificates(), STALL_SECONDS);
                ChildJvm hosts = ChildJvm.start(
                        StallAgentsProcess.class,
                        link.spec(),
                        link.certificates(),
                        center.await("port", PATIENCE),
                        spools,
                        agents,
                        PER_SECOND,
                        PUBLISH_SECONDS)) {
            hosts.await("online", PATIENCE);
            Figures published = Figures.parse(hosts.await("published", PATIENCE));
            Figures stalled = Figures.parse(center.await("stalled", PATIENCE));
            Figures delivered = Figures.parse(hosts.await("delivered", PATIENCE));
            Figures counted = Figures.parse(center.endAndAwait("counted", PATIENCE));
            report.side(
                    "spooled meanwhile", published.text("spooled") + " of " + published.text("emitted") + " records");
            report.side("memory of the center", MemoryWatch.describe(stalled));
            report.verdict("direct memory each, MB", stalled.get("most") / agents, Budget.atMost(0.4));
            report.verdict(
                    "heartbeats each", stalled.get("heartbeats") / agents, Budget.atLeast(HEARTBEATS_PER_AGENT * 0.8));
            report.verdict("sessions never lost", delivered.get("neverLost"), Budget.atLeast(agents));
            report.verdict("dropped", delivered.get("dropped"), Budget.atMost(0));
            report.verdict("published - arrived", delivered.get("emitted") - counted.get("records"), Budget.atMost(0));
            report.verdict("arrived twice", counted.get("repeated"), Budget.atMost(0));
        } finally {
            Directories.delete(spools);
        }
    }
}
