package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/** The writing side of a store: each run's last segment. Disk thread only. */
final class SpoolWriter {

    private static final long SYNC_AT_BYTES = 4L << 20;

    private final SpoolLimits limits;
    private final SpoolFiles files;
    private final LongSupplier wallMillis;
    private final Disposal disposal;
    private final SpoolQuota quota;
    private final SpoolEvents events;
    private long unsyncedBytes;

    SpoolWriter(
            SpoolLimits limits,
            SpoolFiles files,
            LongSupplier wallMillis,
            Disposal disposal,
            SpoolQuota quota,
            SpoolEvents events) {
        this.limits = limits;
        this.files = files;
        this.wallMillis = wallMillis;
        this.disposal = disposal;
        this.quota = quota;
        this.events = events;
    }

    /** Writes a batch behind the others of its run; true when so much is unforced that all is to be forced. */
    boolean append(SpoolRun run, Batch batch) {
        try {
            SegmentWriter writer = writerFor(run, batch);
            unsyncedBytes += writer.append(batch, wallMillis.getAsLong());
            run.appended(batch.sequence());
        } catch (IOException e) {
            fail(run, e);
            return false;
        }
        events.onWritten(run, batch.sequence());
        return unsyncedBytes >= SYNC_AT_BYTES;
    }

    private SegmentWriter writerFor(SpoolRun run, Batch batch) throws IOException {
        int length = batch.body().remaining();
        SegmentWriter present = run.writer();
        if (present != null && present.hasRoomFor(length)) {
            return present;
        }
        if (present != null) {
            sync(run, present);
            seal(run);
        }
        long size = Math.max(limits.segmentBytes(), SegmentHeader.BYTES + FrameHeader.frameBytes(length));
        quota.makeRoom(size, run);
        SegmentId id = new SegmentId(run.streamId(), run.epoch(), batch.sequence());
        Path chain = run.slot().path(run.chain().name());
        files.createDirectories(chain);
        Segment segment =
                new Segment(id, chain.resolve(id.fileName()), run.chain().priority(), wallMillis.getAsLong(), size);
        SegmentWriter next = SegmentWriter.create(segment, limits.zeroed(), chain, files, disposal);
        quota.place(segment);
        run.segments().add(segment);
        run.writer(next);
        return next;
    }

    /** Forces all that was written. */
    void sync(List<SpoolRun> runs) {
        unsyncedBytes = 0;
        for (SpoolRun run : runs) {
            SegmentWriter writer = run.writer();
            if (writer == null) {
                tellSynced(run);
                continue;
            }
            try {
                sync(run, writer);
            } catch (IOException e) {
                fail(run, e);
            }
        }
    }

    /** Forces and closes what a run writes; what could not be forced is told as failed. */
    void settle(SpoolRun run) {
        SegmentWriter writer = run.writer();
        if (writer == null) {
            return;
        }
        try {
            sync(run, writer);
            seal(run);
        } catch (IOException e) {
            fail(run, e);
        }
    }

    private void sync(SpoolRun run, SegmentWriter writer) throws IOException {
        try {
            writer.sync();
        } catch (IOException e) {
            run.refuse(); // a second force would succeed and mean nothing: nothing more counts as appended
            throw e;
        }
        tellSynced(run);
    }

    /** Everything that was appended is forced: the frames now, and gaps when they were noted. */
    private void tellSynced(SpoolRun run) {
        if (run.synced() < run.appended()) {
            run.synced(run.appended());
            events.onSynced(run, run.synced());
        }
    }

    private void fail(SpoolRun run, IOException failure) {
        SegmentWriter writer = run.writer();
        if (writer != null) {
            try {
                sync(run, writer); // what was written before may be good, and is not written again then
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            seal(run);
        }
        run.refuse();
        events.onFailed(run, run.synced(), failure);
    }

    /** Closes what a run writes, as it is. */
    void seal(SpoolRun run) {
        SegmentWriter writer = run.writer();
        run.writer(null);
        if (writer != null) {
            Segment segment = writer.segment();
            long before = segment.fileBytes();
            writer.seal();
            quota.resized(segment, before);
            if (segment.isEmpty()) {
                quota.drop(run, segment);
            }
        }
    }
}
