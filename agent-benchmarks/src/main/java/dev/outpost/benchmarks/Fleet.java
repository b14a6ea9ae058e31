package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Many agents on one control center: what each costs when nothing happens, beside raw gRPC streams. */
final class Fleet {

    private static final int AGENTS = 19_000;
    private static final int PER_PROCESS = 9_500;
    private static final int AS_FAST_AS_THEY_COME = 100_000;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long SETTLE_SECONDS = 10;
    private static final long WATCH_SECONDS = 60;

    private final Path certificates;
    private final Report report;
    private final int agents;

    Fleet(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.agents = options.number(Options.AGENTS, AGENTS);
    }

    private record Cost(double kilobytes, double cpuPercent, double perSecond) {}

    void run() throws IOException, InterruptedException {
        Link link = new Link(Security.MTLS, certificates);
        report.title("fleet, MTLS: " + agents + " agents with a heartbeat every 30 s, on one process");
        Cost raw = measure("raw gRPC", link, RawServerProcess.class, RawFleetProcess.class);
        Cost outpost = measure("Outpost", link, FleetCenterProcess.class, FleetProcess.class);
        report.verdict("memory, Outpost / raw gRPC", outpost.kilobytes / raw.kilobytes, Budget.atMost(1.3));
        report.verdict("CPU, Outpost / raw gRPC", outpost.cpuPercent / raw.cpuPercent, Budget.atMost(2));
    }

    private Cost measure(String side, Link link, Class<?> receiving, Class<?> sending)
            throws IOException, InterruptedException {
        List<ChildJvm> fleets = new ArrayList<>();
        try (ChildJvm receiver = ChildJvm.start(receiving, link.spec(), link.certificates(), 0, AS_FAST_AS_THEY_COME)) {
            String port = receiver.await("port", PATIENCE);
            double before = receiver.residentKilobytes();
            long begun = System.nanoTime();
            try {
                for (int first = 0; first < agents; first += PER_PROCESS) {
                    int count = Math.min(PER_PROCESS, agents - first);
                    fleets.add(ChildJvm.start(sending, link.spec(), link.certificates(), port, first, count));
                }
                for (ChildJvm fleet : fleets) {
                    fleet.await("all", PATIENCE);
                }
                double perSecond = agents * 1e9 / (System.nanoTime() - begun);
                TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                Duration cpu = receiver.cpu();
                TimeUnit.SECONDS.sleep(WATCH_SECONDS);
                double percent = 100.0 * receiver.cpu().minus(cpu).toMillis() / (WATCH_SECONDS * 1_000);
                double each = (receiver.residentKilobytes() - before) / agents;
                report.side(
                        side,
                        Report.number(each) + " KB each (" + Report.number(receiver.residentKilobytes() / 1_024)
                                + " MB in all), " + Report.number(percent) + " % of a processor, connected at "
                                + Report.number(perSecond) + "/s");
                return new Cost(each, percent, perSecond);
            } finally {
                fleets.forEach(ChildJvm::close);
            }
        }
    }
}
