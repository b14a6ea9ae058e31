package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Records per second that an agent gets acknowledged by a control center, beside the same bytes over raw gRPC.
 *
 * <p>Sender and receiver are two JVMs that share the machine's processors. Records have 200 bytes in OTLP; the raw side sends
 * one batch that an agent has made of them, over and over, so it encodes nothing. The sides take turns, and the best round of
 * each counts: whatever else the machine does only ever takes away.
 */
final class Throughput {

    private static final int ROUNDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Budget GOAL = Budget.atLeast(2_000_000);
    private static final Budget FLOOR = Budget.atLeast(1_000_000);
    private static final Budget SHARE_OF_RAW = Budget.atLeast(0.5);

    private final Path certificates;
    private final Report report;

    Throughput(Path certificates, Report report) {
        this.certificates = certificates;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        for (Security security : Security.values()) {
            compare(new Link(security, certificates));
        }
    }

    private void compare(Link link) throws IOException, InterruptedException {
        report.title("throughput, " + link.security() + ": 200-byte records acknowledged per second");
        double raw = 0;
        double outpost = 0;
        for (int round = 0; round < ROUNDS; round++) {
            raw = Math.max(raw, measure(report, "raw gRPC", link, RawServerProcess.class, RawLoadProcess.class));
            outpost = Math.max(outpost, measure(report, "Outpost", link, CenterProcess.class, AgentLoadProcess.class));
        }
        report.verdict("Outpost, goal", outpost, GOAL);
        report.verdict("Outpost, floor", outpost, FLOOR);
        report.verdict("Outpost / raw gRPC", outpost / raw, SHARE_OF_RAW);
    }

    /** Lets one side send to another for a while; the records that were acknowledged per second. */
    static double measure(Report report, String side, Link link, Class<?> receiving, Class<?> sending)
            throws IOException, InterruptedException {
        try (ChildJvm receiver = ChildJvm.start(receiving, link.spec(), link.certificates());
                ChildJvm sender =
                        ChildJvm.start(sending, link.spec(), link.certificates(), receiver.await("port", PATIENCE))) {
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
    }
}
