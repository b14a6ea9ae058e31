package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** What an agent costs a host that does nothing: connected with mutual TLS, all OSHI metrics every second. */
final class Idle {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Budget CPU_PERCENT = Budget.atMost(0.5);
    private static final Budget THREADS = Budget.atMost(4);
    private static final Budget HEAP_MEGABYTES = Budget.atMost(12);

    private final Path certificates;
    private final Report report;

    Idle(Path certificates, Report report) {
        this.certificates = certificates;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        report.title("idle: the same JVM without and with an agent, 60 s each");
        Link link = new Link(Security.MTLS, certificates);
        try (ChildJvm center = ChildJvm.start(CenterProcess.class, link.spec(), link.certificates());
                ChildJvm host = ChildJvm.start(
                        IdleAgentProcess.class, link.spec(), link.certificates(), center.await("port", PATIENCE))) {
            double without = Double.parseDouble(host.await("without", PATIENCE));
            double with = Double.parseDouble(host.await("with", PATIENCE));
            String threads = host.await("threads", PATIENCE);
            double megabytes = Long.parseLong(host.await("heap", PATIENCE)) / 1e6;
            report.side("without an agent", Report.number(without) + " % of a processor");
            report.side("with an agent", Report.number(with) + " % of a processor, of it " + threads);
            report.verdict("CPU with the agent, %", with, CPU_PERCENT);
            report.verdict("threads of the agent", threads.split(", ").length, THREADS);
            report.verdict("heap retained, MB", megabytes, HEAP_MEGABYTES);
        }
    }
}
