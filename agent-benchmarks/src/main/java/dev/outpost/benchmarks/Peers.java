package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Outpost beside those who do parts of the same: OpenTelemetry's SDK with its exporter, to a server that counts, and the
 * asynchronous loggers of Log4j, to an appender that counts.
 */
final class Peers {

    private static final int ROUNDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Budget TIMES_OTEL = Budget.atLeast(5);

    private final Path certificates;
    private final Report report;

    Peers(Path certificates, Report report) {
        this.certificates = certificates;
        this.report = report;
    }

    void run() throws IOException, InterruptedException, RunnerException {
        for (Security security : Security.values()) {
            ship(new Link(security, certificates));
        }
        for (int threads = 1; threads <= 2; threads++) {
            publish(threads);
        }
    }

    private void ship(Link link) throws IOException, InterruptedException {
        report.title("peers, " + link.security() + ": 200-byte records acknowledged per second");
        double defaults = 0;
        double large = 0;
        double outpost = 0;
        for (int round = 0; round < ROUNDS; round++) {
            defaults = Math.max(defaults, otel(link, 2_048, 512));
            large = Math.max(large, otel(link, 65_536, 8_192));
            outpost = Math.max(outpost, outpost(link));
        }
        report.side("Outpost / OTel 2048/512", Report.number(outpost / defaults));
        report.verdict("Outpost / best OTel", outpost / Math.max(defaults, large), TIMES_OTEL);
    }

    /** The defaults are a queue of 2,048 and batches of 512; OpenTelemetry gains much by larger ones. */
    private double otel(Link link, int queue, int batch) throws IOException, InterruptedException {
        try (ChildJvm server = ChildJvm.start(OtelServerProcess.class, link.spec(), link.certificates())) {
            String port = server.await("port", PATIENCE);
            try (ChildJvm client = ChildJvm.start(
                    PeersClassPath.options(),
                    OtelLoadProcess.class,
                    link.spec(),
                    link.certificates(),
                    port,
                    queue,
                    batch)) {
                return report("OTel, queue " + queue + "/" + batch, client, server);
            }
        }
    }

    private double outpost(Link link) throws IOException, InterruptedException {
        try (ChildJvm center = ChildJvm.start(CenterProcess.class, link.spec(), link.certificates());
                ChildJvm agent = ChildJvm.start(
                        AgentLoadProcess.class, link.spec(), link.certificates(), center.await("port", PATIENCE))) {
            return report("Outpost", agent, center);
        }
    }

    private double report(String side, ChildJvm sender, ChildJvm receiver) throws IOException, InterruptedException {
        sender.await("measuring", PATIENCE);
        Duration senderCpu = sender.cpu();
        Duration receiverCpu = receiver.cpu();
        Progress progress = Progress.parse(sender.await("measured", PATIENCE));
        report.side(
                side,
                Report.number(progress.perSecond()) + " (CPU per record: "
                        + progress.each(sender.cpu().minus(senderCpu)) + " sending, "
                        + progress.each(receiver.cpu().minus(receiverCpu)) + " receiving)");
        return progress.perSecond();
    }

    private void publish(int threads) throws IOException, InterruptedException, RunnerException {
        report.title("peers, publish, " + threads + " thread(s): 200 characters and two attributes");
        double log4j;
        try (ChildJvm peer = ChildJvm.start(PeersClassPath.options(), PeerPublishProcess.class, "log4j", threads)) {
            report.side("Log4j, asynchronous", peer.await("described", PATIENCE));
            log4j = Double.parseDouble(peer.await("nanos", PATIENCE));
        }
        RunResult outpost = Publish.measure(PublishBenchmark.class, "outpost", threads);
        report.side("Outpost", Publish.describe(outpost));
        report.side("Outpost / Log4j, ns", Report.number(Publish.nanos(outpost) / log4j));
    }
}
