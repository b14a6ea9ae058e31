package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Latencies.Summary;
import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The time from a dispatch at the control center to the final report there: two hops over the network, a handler on a worker
 * thread, three reports and their acknowledgements. Beside it a ping-pong over raw gRPC that does no more than two hops.
 *
 * <p>One at a time, in two JVMs. Then once more while the agent ships log records beside, and once with a journal, beside what the
 * disk takes to force one entry of it.
 */
final class Latency {

    private static final int LOAD = 200_000;
    private static final int ENTRY_BYTES = 256;
    private static final int FILE_BYTES = 1 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Budget MEDIAN_OF_RAW = Budget.atMost(5);
    private static final Budget P99_MICROS = Budget.atMost(2_000);
    private static final Budget LOADED_P99_MICROS = Budget.atMost(10_000);

    private final Path certificates;
    private final Report report;
    private final Path directory;

    Latency(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.directory = options.directory();
    }

    void run() throws IOException, InterruptedException {
        for (Security security : Security.values()) {
            Link link = new Link(security, certificates);
            report.title("latency, " + security + ": dispatch to final report, microseconds");
            Summary raw = ping(link);
            Summary idle = dispatch(link, 0);
            Summary loaded = dispatch(link, LOAD);
            withJournal(link);
            report.verdict("p50, Outpost / raw gRPC", idle.p50() / raw.p50(), MEDIAN_OF_RAW);
            report.verdict("p99, Outpost", idle.p99(), P99_MICROS);
            report.verdict("p99, Outpost with load", loaded.p99(), LOADED_P99_MICROS);
        }
    }

    private Summary ping(Link link) throws IOException, InterruptedException {
        try (ChildJvm server = ChildJvm.start(RawServerProcess.class, link.spec(), link.certificates());
                ChildJvm client = ChildJvm.start(
                        RawPingProcess.class, link.spec(), link.certificates(), server.await("port", PATIENCE))) {
            Summary summary = Summary.parse(client.await("measured", PATIENCE));
            report.side("raw gRPC ping-pong", summary.describe());
            return summary;
        }
    }

    private Summary dispatch(Link link, int recordsPerSecond) throws IOException, InterruptedException {
        try (ChildJvm center = ChildJvm.start(DispatchProcess.class, link.spec(), link.certificates());
                ChildJvm agent = ChildJvm.start(
                        TaskAgentProcess.class,
                        link.spec(),
                        link.certificates(),
                        center.await("port", PATIENCE),
                        recordsPerSecond)) {
            agent.await("online", PATIENCE);
            Summary summary = Summary.parse(center.await("measured", PATIENCE));
            double shipped = Double.parseDouble(center.await("records", PATIENCE));
            report.side("Outpost", summary.describe() + "; " + Report.number(shipped) + " records/s beside");
            return summary;
        }
    }

    /** A task is forced to the disk three times: before it is accepted, before it begins, and before its end is told. */
    private void withJournal(Link link) throws IOException, InterruptedException {
        Path journal = Files.createTempDirectory(directory, "outpost-journal");
        try (ChildJvm center = ChildJvm.start(DispatchProcess.class, link.spec(), link.certificates());
                ChildJvm agent = ChildJvm.start(
                        TaskAgentProcess.class,
                        link.spec(),
                        link.certificates(),
                        center.await("port", PATIENCE),
                        0,
                        journal)) {
            agent.await("online", PATIENCE);
            report.side(
                    "Outpost with a journal",
                    Summary.parse(center.await("measured", PATIENCE)).describe());
            report.side("  appending 256 B, forced", force(journal).describe());
        } finally {
            Directories.delete(journal);
        }
    }

    /** What the disk takes for it, in a file of its own whose blocks are there already. */
    private static Summary force(Path directory) throws IOException {
        Latencies forces = new Latencies();
        ByteBuffer bytes = ByteBuffer.allocateDirect(ENTRY_BYTES);
        try (FileChannel file = FileChannel.open(
                directory.resolve("forced"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(FILE_BYTES));
            file.force(true);
            long position = 0;
            long start;
            do {
                bytes.clear();
                start = System.nanoTime();
                position += file.write(bytes, position % (FILE_BYTES - ENTRY_BYTES));
                file.force(false);
            } while (forces.add(System.nanoTime() - start));
        }
        return forces.summary();
    }
}
