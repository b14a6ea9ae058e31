package dev.outpost.benchmarks;

import dev.outpost.benchmarks.Link.Security;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Where a record's time goes: each stage of its way by itself, in a loop over the class that does it. */
final class Stages {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final List<String> DIRECT = List.of("clock", "encode", "hand-off", "cut", "send");
    private static final List<String> SPOOLED = List.of("clock", "encode", "hand-off", "cut", "append", "read", "send");

    private final Path certificates;
    private final Report report;
    private final Path directory;

    Stages(Path certificates, Report report, Options options) {
        this.certificates = certificates;
        this.report = report;
        this.directory = options.directory();
    }

    void run() throws IOException, InterruptedException {
        report.title("stages: one thread, each stage by itself; records of 200 bytes in batches of 256 KiB");
        Link link = new Link(Security.PLAINTEXT, certificates);
        try (ChildJvm center = ChildJvm.start(CenterProcess.class, link.spec(), link.certificates());
                ChildJvm stages = ChildJvm.start(
                        StagesProcess.class,
                        link.spec(),
                        link.certificates(),
                        center.await("port", PATIENCE),
                        directory)) {
            Figures measured = Figures.parse(stages.await("measured", PATIENCE));
            row("clock", "reading the wall clock", measured);
            row("encode", "sizing and encoding", measured);
            row("hand-off", "claiming a slot and publishing it", measured);
            row("cut", "taking slots and cutting batches", measured);
            row("checksum", "CRC32C of a batch", measured);
            row("compress", "gzip of level 1 of texts of words and numbers, ratio " + measured.text("ratio"), measured);
            row("append", "CRC32C, append and forces", measured);
            row("read", "reading back, with CRC32C", measured);
            row("send", "gRPC to a control center and its acknowledgement, window 8", measured);
            report.side("total, connected", total(measured, DIRECT));
            report.side("total through the spool", total(measured, SPOOLED));
            report.side("compression adds", total(measured, List.of("compress")));
        }
    }

    private void row(String stage, String what, Figures measured) {
        double nanos = measured.get(stage);
        double megabytes = measured.get("bytes") / nanos * 1_000;
        report.side(
                stage,
                String.format(Locale.ROOT, "%6.1f ns/record %9s MB/s   %s", nanos, Report.number(megabytes), what));
    }

    private static String total(Figures measured, List<String> stages) {
        return Report.number(stages.stream().mapToDouble(measured::get).sum()) + " ns/record: "
                + String.join(" + ", stages);
    }
}
