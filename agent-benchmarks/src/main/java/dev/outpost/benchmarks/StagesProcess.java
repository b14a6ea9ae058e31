package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures stage by stage, in the order of a record's way. */
final class StagesProcess {

    private StagesProcess() {}

    /** Security, certificates, port of a control center; directory. */
    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        LogBatch batch = Records.batch();
        double recordBytes = (double) batch.body().remaining() / batch.recordCount();
        Figures figures = new Figures().with("bytes", recordBytes);
        new TelemetryStages().measure(figures);
        figures.with("checksum", Loop.best(() -> SpoolStages.checksum(batch)));
        Path spool = Files.createTempDirectory(Path.of(arguments[3]), "outpost-stages");
        try {
            new SpoolStages(spool, batch).measure(figures);
        } finally {
            Directories.delete(spool);
        }
        figures.with("send", SendStage.measure(Link.of(arguments).transport(Integer.parseInt(arguments[2])), batch));
        Parent.tell("measured", figures);
    }
}
