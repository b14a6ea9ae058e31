package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Walks the frames of one segment from its beginning, header by header. Where there is no right header it looks for the
 * next one in steps of 8 bytes. Every byte is looked at a bounded number of times, whatever the file holds. Disk thread only.
 */
final class SegmentReader implements AutoCloseable {

    /** Read at once while looking for a header, and while going from header to header. */
    private static final int WINDOW = 64 * 1024;

    private static final int HEADER_WINDOW = 512;

    private final SpoolFiles.OpenFile file;
    private final long seed;
    private ByteBuffer window = emptyWindow(HEADER_WINDOW);
    private long windowStart;
    private long position = SegmentHeader.BYTES;
    private long frameStart;
    private long lastSequence;
    private long records;
    private boolean searching;
    private boolean damaged;

    SegmentReader(SpoolFiles.OpenFile file, SegmentId id) {
        this.file = file;
        this.seed = id.seed();
        this.lastSequence = id.firstSequence() - 1;
    }

    /**
     * The next frame with a number larger than the last one's.
     *
     * @param end where to stop looking: what lies behind it may still change
     */
    Optional<FrameHeader> next(long end) throws IOException {
        while (position + FrameHeader.BYTES <= end) {
            if (!load(position, end)) {
                position = end; // the file ends before that
                break;
            }
            Optional<FrameHeader> found = headerAt(position, end);
            if (found.isPresent()) {
                FrameHeader frame = found.get();
                searching = false;
                frameStart = position;
                position += frame.frameBytes();
                lastSequence = frame.sequence();
                records += frame.records();
                return found;
            }
            searching = true;
            damaged |= window.getLong((int) (position - windowStart)) != 0;
            position += 8;
        }
        return Optional.empty();
    }

    /** The body of the frame that {@link #next} gave; empty when it is damaged. */
    Optional<ByteBuffer> body(FrameHeader frame) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(frame.bodyLength());
        file.read(body, frameStart + FrameHeader.BYTES);
        body.flip();
        return body.remaining() == frame.bodyLength()
                        && FrameHeader.checksum(seed, body.duplicate()) == frame.bodyChecksum()
                ? Optional.of(body)
                : Optional.empty();
    }

    /** The frame that {@link #next} gave as it lies on disk, right or not. */
    ByteBuffer raw(FrameHeader frame) throws IOException {
        ByteBuffer raw = ByteBuffer.allocate((int) frame.frameBytes());
        file.read(raw, frameStart);
        return raw.flip();
    }

    /** Where the walk has come to: the end of the last frame, or beyond it what was looked through. */
    long position() {
        return position;
    }

    /** Where the frame that {@link #next} gave begins. */
    long frameStart() {
        return frameStart;
    }

    /** Records in the frames that {@link #next} gave. */
    long records() {
        return records;
    }

    /** Whether anything was passed over that was neither a frame nor zeros. */
    boolean isDamaged() {
        return damaged;
    }

    /** Goes back to the beginning of the frame that {@link #next} gave last, so that it gives it again. */
    void stepBack(FrameHeader frame) {
        position = frameStart;
        lastSequence = frame.sequence() - 1;
        records -= frame.records();
    }

    @Override
    public void close() {
        file.close();
    }

    /**
     * A number that is not larger than the last one's cannot stand here: it is a copy of an earlier frame inside the body of
     * one whose header is damaged, and its length must not lead past what follows.
     */
    private Optional<FrameHeader> headerAt(long at, long end) {
        int index = (int) (at - windowStart);
        if (window.getInt(index) != FrameHeader.MAGIC) {
            return Optional.empty();
        }
        return FrameHeader.decode(window.duplicate().position(index), seed)
                .filter(frame -> at + frame.frameBytes() <= end && frame.sequence() > lastSequence);
    }

    /**
     * Sees to it that a header's bytes from {@code at} on are in the window; false at the end of the file. What lies behind
     * {@code end} is not read, for it may be written later.
     */
    private boolean load(long at, long end) throws IOException {
        if (at >= windowStart && at + FrameHeader.BYTES <= windowStart + window.limit()) {
            return true;
        }
        if (searching && window.capacity() < WINDOW) {
            window = emptyWindow(WINDOW);
        }
        int wanted = searching ? WINDOW : HEADER_WINDOW;
        window.clear().limit((int) Math.min(wanted, end - at));
        windowStart = at;
        int read = file.read(window, at);
        window.position(0).limit(Math.max(0, read));
        return window.limit() >= FrameHeader.BYTES;
    }

    private static ByteBuffer emptyWindow(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    }
}
