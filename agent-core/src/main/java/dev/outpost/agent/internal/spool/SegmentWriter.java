package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Appends to one segment. After anything it throws it takes no more: what follows goes into another segment. Disk thread
 * only.
 */
final class SegmentWriter implements AutoCloseable {

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024);

    private final Segment segment;
    private final SpoolFiles.OpenFile file;
    private final long seed;
    private long syncedEnd = SegmentHeader.BYTES;
    private long syncedSequence;
    private long syncedRecords;
    private boolean failed;

    private SegmentWriter(Segment segment, SpoolFiles.OpenFile file) {
        this.segment = segment;
        this.file = file;
        this.seed = segment.id().seed();
        this.syncedSequence = segment.lastSequence();
    }

    /**
     * Makes the file at its full size, so that later forces need not change its metadata. What could not be made whole is
     * deleted again.
     */
    static SegmentWriter create(Segment segment, SpoolFiles files) throws IOException {
        SpoolFiles.OpenFile file = files.create(segment.path());
        boolean made = false;
        try {
            file.write(new ByteBuffer[] {new SegmentHeader(segment.id(), segment.createdMillis()).encode()}, 0);
            for (long at = SegmentHeader.BYTES; at < segment.fileBytes(); ) {
                ByteBuffer zeros = ZEROS.duplicate();
                zeros.limit((int) Math.min(zeros.capacity(), segment.fileBytes() - at));
                int length = zeros.remaining();
                file.write(new ByteBuffer[] {zeros}, at);
                at += length;
            }
            file.force();
            made = true;
            return new SegmentWriter(segment, file);
        } finally {
            if (!made) {
                file.close();
                files.delete(segment.path());
            }
        }
    }

    Segment segment() {
        return segment;
    }

    boolean hasRoomFor(int bodyLength) {
        return !failed && segment.end() + FrameHeader.frameBytes(bodyLength) <= segment.fileBytes();
    }

    boolean isDirty() {
        return segment.end() > syncedEnd;
    }

    boolean hasFailed() {
        return failed;
    }

    long unsyncedBytes() {
        return segment.end() - syncedEnd;
    }

    /**
     * Writes a batch.
     *
     * @return bytes that it took
     */
    long append(Batch batch, long nowMillis) throws IOException {
        FrameHeader frame = batch.header(segment.priority(), nowMillis, seed);
        long at = segment.end();
        int padding = (int) (frame.frameBytes() - FrameHeader.BYTES - frame.bodyLength());
        ByteBuffer[] parts = {
            frame.encode(seed), batch.body().duplicate(), ZEROS.duplicate().limit(padding)
        };
        try {
            file.write(parts, at);
        } catch (IOException e) {
            failed = true;
            throw e;
        }
        segment.added(frame, at + frame.frameBytes());
        return frame.frameBytes();
    }

    /** Forces what was appended. When that fails, what was not forced before counts as not there. */
    void sync() throws IOException {
        if (!isDirty()) {
            return;
        }
        try {
            file.force();
        } catch (IOException e) {
            failed = true; // the kernel has marked the pages clean: a second force would succeed and mean nothing
            segment.cutTo(syncedSequence, syncedEnd, syncedRecords);
            throw e;
        }
        syncedEnd = segment.end();
        syncedSequence = segment.lastSequence();
        syncedRecords = segment.records();
    }

    /** Cuts the zeros off and closes: nothing is written any more. */
    void seal() {
        try {
            file.truncate(segment.end());
            segment.fileBytes(segment.end());
        } catch (IOException e) {
            failed = true; // only room is lost: readers find the end of the frames by themselves
        } finally {
            file.close();
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
