package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Walks the frames of one segment from its beginning, header by header. Where there is no right header it looks for the
 * next one in steps of 8 bytes. Disk thread only.
 */
final class SegmentReader implements AutoCloseable {

    /** Read at once while looking for a header, and while going from header to header. */
    private static final int WINDOW = 64 * 1024;

    private static final int HEADER_WINDOW = 512;

    private final SpoolFiles.OpenFile file;
    private final long seed;
    private final ByteBuffer window =
            ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long windowStart;
    private long position = SegmentHeader.BYTES;
    private long frameStart;
    private long lastSequence;
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
     * @param end where to stop looking
     */
    Optional<FrameHeader> next(long end) throws IOException {
        while (position + FrameHeader.BYTES <= end) {
            Optional<FrameHeader> found = headerAt(position, end);
            if (found.isEmpty()) {
                searching = true;
                damaged |= !isZero(position);
                position += 8;
                continue;
            }
            searching = false;
            FrameHeader frame = found.get();
            frameStart = position;
            position += frame.frameBytes();
            if (frame.sequence() > lastSequence) {
                lastSequence = frame.sequence();
                return found;
            }
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

    /** Whether anything was passed over that was neither a frame nor zeros. */
    boolean isDamaged() {
        return damaged;
    }

    /** Goes back to the beginning of the frame that {@link #next} gave last, so that it gives it again. */
    void stepBack(FrameHeader frame) {
        position = frameStart;
        lastSequence = frame.sequence() - 1;
    }

    @Override
    public void close() {
        file.close();
    }

    private Optional<FrameHeader> headerAt(long at, long end) throws IOException {
        if (!load(at) || window.getInt((int) (at - windowStart)) != FrameHeader.MAGIC) {
            return Optional.empty();
        }
        Optional<FrameHeader> header = FrameHeader.decode(window.duplicate().position((int) (at - windowStart)), seed);
        return header.filter(frame -> at + frame.frameBytes() <= end);
    }

    private boolean isZero(long at) throws IOException {
        return !load(at) || window.getLong((int) (at - windowStart)) == 0;
    }

    /** Sees to it that a header's bytes from {@code at} on are in the window; false at the end of the file. */
    private boolean load(long at) throws IOException {
        if (at >= windowStart && at + FrameHeader.BYTES <= windowStart + window.limit()) {
            return true;
        }
        window.clear().limit(searching ? WINDOW : HEADER_WINDOW);
        windowStart = at;
        int read = file.read(window, at);
        window.limit(Math.max(0, read));
        return window.limit() >= FrameHeader.BYTES;
    }
}
