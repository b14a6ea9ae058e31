package dev.outpost.benchmarks;

import dev.outpost.agent.internal.spool.Batch;
import dev.outpost.agent.internal.spool.DiskFiles;
import dev.outpost.agent.internal.spool.FrameType;
import dev.outpost.agent.internal.spool.SpoolEvents;
import dev.outpost.agent.internal.spool.SpoolLimits;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.SpoolStore;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.log.LogBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/** The spool's files without the lanes before them. */
final class SpoolStages {

    private static final SpoolLimits LIMITS = new SpoolLimits(1L << 30, 64L << 20, 8 << 20);
    private static final SpoolRun.Chain CHAIN = new SpoolRun.Chain("stages-2", 2);
    private static final int PLAIN = 0;
    private static final int KEPT = 500;
    private static final int READ_BYTES = 1 << 20;

    private final Path directory;
    private final LogBatch batch;
    private long appended;
    private long read;

    SpoolStages(Path directory, LogBatch batch) {
        this.directory = directory;
        this.batch = batch;
    }

    static int checksum(LogBatch batch) {
        CRC32C checksum = new CRC32C();
        checksum.update(batch.body());
        Loop.consumed = checksum.getValue();
        return batch.recordCount();
    }

    void measure(Figures figures) throws Exception {
        try (SpoolStore store = SpoolStore.open(
                directory, LIMITS, new DiskFiles(), System::currentTimeMillis, List.of(CHAIN), new Strict())) {
            SpoolRun run = store.startRun(CHAIN);
            figures.with("append", Loop.best(() -> append(store, run)));
            store.ack(run, appended - KEPT);
            store.sync();
            figures.with("read", Loop.best(() -> read(store, run)));
        }
    }

    /** Appends, and lets the oldest go, so that it is never full. The store forces each MiB by itself. */
    private int append(SpoolStore store, SpoolRun run) throws IOException {
        appended++;
        store.append(run, 1, new Batch(appended, batch.recordCount(), FrameType.LOGS, PLAIN, batch.body()));
        if (appended % KEPT == 0) {
            store.ack(run, appended - KEPT);
        }
        return batch.recordCount();
    }

    private int read(SpoolStore store, SpoolRun run) throws IOException {
        read = read < appended ? Math.max(read, appended - KEPT) : appended - KEPT;
        List<Stored> found = store.read(run, read + 1, appended, READ_BYTES);
        int records = 0;
        for (Stored each : found) {
            records += each.records();
            read = each.through();
        }
        return records;
    }

    /** Nothing may fail here. */
    private static final class Strict implements SpoolEvents {
        @Override
        public void onWritten(SpoolRun run, long through) {}

        @Override
        public void onSynced(SpoolRun run, long through) {}

        @Override
        public void onFailed(SpoolRun run, long synced, IOException failure) {
            throw new IllegalStateException("the disk failed", failure);
        }

        @Override
        public void onLost(SpoolRun run, Stored.Gap lost) {
            throw new IllegalStateException("lost " + lost);
        }
    }
}
