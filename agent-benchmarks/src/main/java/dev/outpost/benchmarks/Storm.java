package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A control center is killed under its agents and started again: how they come back, and what the others notice of it. */
final class Storm {

    private static final String SETTLED = "settled";
    private static final String EARLY = "early";
    private static final int AGENTS = 5_000;
    private static final int ADMITTED_PER_SECOND = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long DOWN_SECONDS = 5;
    private static final long AFTER_SECONDS = 30;
    private static final long HEARTBEAT_SECONDS = 32;

    private final Path certificates;
    private final Report report;
    private final int agents;
    private final boolean early;
    private final int admitted;

    Storm(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.agents = options.number(Options.AGENTS, AGENTS);
        this.admitted = options.number(Options.ADMITTED, ADMITTED_PER_SECOND);
        this.early = options.oneOf(Options.WHEN, SETTLED, EARLY).equals(EARLY);
    }

    void run() throws IOException, InterruptedException {
        Link link = new Link(Security.MTLS, certificates);
        report.title("storm, MTLS: a control center is killed under " + agents + " agents "
                + (early ? "as soon as all are there" : "when each has had a heartbeat since")
                + ", and comes back after "
                + DOWN_SECONDS + " s");
        int port = Link.freePort();
        ChildJvm center = center(link, port);
        try (ChildJvm probe = ChildJvm.start(ProbeProcess.class, link.spec(), link.certificates(), port);
                ChildJvm fleet =
                        ChildJvm.start(FleetProcess.class, link.spec(), link.certificates(), port, 0, agents)) {
            probe.await("welcomed", PATIENCE);
            long begun = Long.parseLong(fleet.await("begun", PATIENCE));
            Figures first = Figures.parse(fleet.await("all", PATIENCE));
            report.side(
                    "connected at first",
                    Report.number((first.get("at") - begun) / 1e3) + " s, " + first.text("attempts") + " attempts");
            if (!early) {
                TimeUnit.SECONDS.sleep(HEARTBEAT_SECONDS); // then all know how many they are
            }
            center.kill();
            TimeUnit.SECONDS.sleep(DOWN_SECONDS);
            center = center(link, port);
            comeBack(center, fleet, probe);
        } finally {
            center.close();
        }
    }

    private ChildJvm center(Link link, int port) throws IOException, InterruptedException {
        ChildJvm center =
                ChildJvm.start(FleetCenterProcess.class, link.spec(), link.certificates(), port, admitted, true);
        center.await("port", PATIENCE);
        return center;
    }

    private void comeBack(ChildJvm center, ChildJvm fleet, ChildJvm probe) throws IOException, InterruptedException {
        long listening = System.currentTimeMillis();
        Figures back = Figures.parse(fleet.await("all", PATIENCE));
        probe.await("welcomed", PATIENCE);
        Figures trips = Figures.parse(probe.endAndAwait("figures", PATIENCE));
        report.side("coming back", back.text("attempts") + " attempts, " + back.text("failures") + " of them failed");
        report.side("round trips meanwhile", Histogram.describe(trips, "trip"));
        report.side("  after 5 s", Histogram.describe(trips, "warm"));
        report.verdict("all back, s", (back.get("at") - listening) / 1e3, Budget.atMost(40));
        report.verdict("round trip p99, ms", trips.get("trip.p99") / 1e3, Budget.atMost(10));
        double before = center.residentKilobytes();
        Duration cpu = center.cpu();
        TimeUnit.SECONDS.sleep(AFTER_SECONDS);
        report.side(
                "in the " + AFTER_SECONDS + " s after",
                Report.number(100.0 * center.cpu().minus(cpu).toMillis() / (AFTER_SECONDS * 1_000))
                        + " % of a processor, memory " + Report.number(before / 1_024) + " MB, then "
                        + Report.number(center.residentKilobytes() / 1_024) + " MB");
        Figures figures = Figures.parse(center.endAndAwait("figures", PATIENCE));
        report.verdict("handshakes begun in any 1 s", figures.get("begun"), Budget.atMost(admitted));
        report.side("handshakes done in any 1 s", "at most " + figures.text("done"));
    }
}
