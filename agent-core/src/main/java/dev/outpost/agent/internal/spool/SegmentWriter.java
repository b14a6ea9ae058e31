package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Appends to one segment. After anything it throws it takes no more: what follows goes into another segment. Disk thread
 * only.
 */
final class SegmentWriter {

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
     * Makes the file. What could not be made whole is deleted again.
     *
     * @param zeroed whether at its full size, so that later forces need not change its metadata
     */
    static SegmentWriter create(Segment segment, boolean zeroed, Path directory, SpoolFiles files, Disposal disposal)
            throws IOException {
        SpoolFiles.OpenFile file = files.create(segment.path());
        boolean made = false;
        try {
            file.write(new ByteBuffer[] {new SegmentHeader(segment.id(), segment.createdMillis()).encode()}, 0);
            long zeroedTo = zeroed ? segment.fileBytes() : 0;
            for (long at = SegmentHeader.BYTES; at < zeroedTo; ) {
                ByteBuffer zeros = ZEROS.duplicate();
                zeros.limit((int) Math.min(zeros.capacity(), segment.fileBytes() - at));
                int length = zeros.remaining();
                file.write(new ByteBuffer[] {zeros}, at);
                at += length;
            }
            file.force();
            files.forceDirectory(directory);
            made = true;
            return new SegmentWriter(segment, file);
        } finally {
            if (!made) {
                file.close();
                disposal.delete(segment.path(), segment.fileBytes());
            }
        }
    }

    Segment segment() {
        return segment;
    }

    boolean hasRoomFor(int bodyLength) {
        return !failed && segment.end() + FrameHeader.frameBytes(bodyLength) <= segment.fileBytes();
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
        boolean written = false;
        try {
            file.write(parts, at);
            written = true;
        } finally {
            failed |= !written;
        }
        segment.added(frame, at + frame.frameBytes());
        return frame.frameBytes();
    }

    /**
     * Forces what was appended. When that fails, what was not forced before counts as not there, and the file is not forced
     * again: the kernel has marked its pages clean, so that a second force would succeed and mean nothing.
     */
    void sync() throws IOException {
        if (segment.end() == syncedEnd) {
            return;
        }
        boolean forced = false;
        try {
            file.force();
            forced = true;
        } finally {
            if (!forced) {
                failed = true;
                segment.cutTo(syncedSequence, syncedEnd, syncedRecords);
            }
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
            Disposal.note("a segment could not be cut to its size; readers find the end of its frames", e);
        } finally {
            file.close();
        }
    }
}
