package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Latencies.Summary;
import dev.outpost.benchmarks.Link.Security;
import dev.outpost.benchmarks.Link.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The WebSocket transport, both forms, beside the JDK's WebSocket and Jetty alone: telemetry, and dispatches. */
final class WebSockets {

    private static final int ROUNDS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Budget SHARE_OF_RAW = Budget.atLeast(0.5);
    private static final Budget MEDIAN_OF_RAW = Budget.atMost(5);

    private final Path certificates;
    private final Report report;

    WebSockets(Path certificates, Report report) {
        this.certificates = certificates;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        for (Security security : Security.values()) {
            Link binary = new Link(security, certificates, Wire.WEBSOCKET);
            Link json = new Link(security, certificates, Wire.WEBSOCKET_JSON);
            report.title("websocket, " + security + ": 200-byte records acknowledged per second");
            double raw = 0;
            double outpost = 0;
            for (int round = 0; round < ROUNDS; round++) {
                raw = Math.max(
                        raw,
                        Throughput.measure(
                                report,
                                "raw WebSocket",
                                binary,
                                RawWebSocketServerProcess.class,
                                RawWebSocketLoadProcess.class));
                outpost = Math.max(
                        outpost,
                        Throughput.measure(
                                report, "Outpost, binary", binary, CenterProcess.class, AgentLoadProcess.class));
                Throughput.measure(report, "Outpost, JSON", json, CenterProcess.class, AgentLoadProcess.class);
            }
            report.verdict("Outpost / raw WebSocket", outpost / raw, SHARE_OF_RAW);
            report.title("websocket, " + security + ": dispatch to final report, microseconds");
            Summary ping = ping(binary);
            report.verdict(
                    "p50, binary / raw", dispatch("Outpost, binary", binary).p50() / ping.p50(), MEDIAN_OF_RAW);
            report.verdict("p50, JSON / raw", dispatch("Outpost, JSON", json).p50() / ping.p50(), MEDIAN_OF_RAW);
        }
    }

    private Summary ping(Link link) throws IOException, InterruptedException {
        try (ChildJvm server = ChildJvm.start(RawWebSocketServerProcess.class, link.spec(), link.certificates());
                ChildJvm client = ChildJvm.start(
                        RawWebSocketPingProcess.class,
                        link.spec(),
                        link.certificates(),
                        server.await("port", PATIENCE))) {
            Summary summary = Summary.parse(client.await("measured", PATIENCE));
            report.side("raw WebSocket ping-pong", summary.describe());
            return summary;
        }
    }

    private Summary dispatch(String side, Link link) throws IOException, InterruptedException {
        try (ChildJvm center = ChildJvm.start(DispatchProcess.class, link.spec(), link.certificates());
                ChildJvm agent = ChildJvm.start(
                        TaskAgentProcess.class, link.spec(), link.certificates(), center.await("port", PATIENCE), 0)) {
            agent.await("online", PATIENCE);
            Summary summary = Summary.parse(center.await("measured", PATIENCE));
            report.side(side, summary.describe());
            return summary;
        }
    }
}
