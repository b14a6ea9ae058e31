package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is written as a whole again and again: two halves in turn, so that a write that is cut short leaves the
 * one before it. Made at its full size, so that later writes need no room. Disk thread only.
 *
 * <pre>
 *   2 × half, little-endian:   0 u64 magic   8 u64 generation   16 content   half - 4 u32 CRC32C of all before
 * </pre>
 */
final class TwoHalves implements AutoCloseable {

    private static final int CONTENT_AT = 16;
    private static final int CHECKSUM_BYTES = 4;

    private final Path path;
    private final SpoolFiles files;
    private final Kind kind;
    private SpoolFiles.@Nullable OpenFile file;
    private long generation;

    /**
     * A kind of file.
     *
     * @param magic what a half begins with
     * @param half its size
     */
    record Kind(long magic, int half) {

        /** Room for content. */
        int capacity() {
            return half - CONTENT_AT - CHECKSUM_BYTES;
        }
    }

    /**
     * What was written.
     *
     * @param generation how often
     * @param content little-endian
     */
    record Written(long generation, ByteBuffer content) {}

    private TwoHalves(Path path, SpoolFiles files, Kind kind, SpoolFiles.OpenFile file) {
        this.path = path;
        this.files = files;
        this.kind = kind;
        this.file = file;
    }

    /** Opens the file, or makes it. */
    static TwoHalves open(Path path, SpoolFiles files, Kind kind) throws IOException {
        SpoolFiles.OpenFile file = files.openToWrite(path);
        boolean opened = false;
        try {
            if (file.size() < 2L * kind.half) {
                ByteBuffer zeros = ByteBuffer.allocate((int) (2L * kind.half - file.size()));
                file.write(new ByteBuffer[] {zeros}, file.size());
                file.force();
            }
            opened = true;
            return new TwoHalves(path, files, kind, file);
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** What was written last and is whole; empty when nothing is. */
    Optional<ByteBuffer> read() throws IOException {
        Optional<Written> newest = read(opened(), kind);
        newest.ifPresent(written -> generation = Math.max(generation, written.generation()));
        return newest.map(Written::content);
    }

    /** What was written last to a file and is whole. */
    static Optional<Written> read(SpoolFiles.OpenFile file, Kind kind) throws IOException {
        Written newest = null;
        for (int number = 0; number < 2; number++) {
            ByteBuffer in = ByteBuffer.allocate(kind.half).order(ByteOrder.LITTLE_ENDIAN);
            file.read(in, (long) number * kind.half);
            in.flip();
            int end = kind.half - CHECKSUM_BYTES;
            boolean whole = in.limit() == kind.half
                    && in.getLong(0) == kind.magic
                    && in.getInt(end) == FrameHeader.checksum(0, in.duplicate().limit(end));
            if (whole && (newest == null || in.getLong(8) > newest.generation())) {
                ByteBuffer content = in.limit(end).position(CONTENT_AT).slice().order(ByteOrder.LITTLE_ENDIAN);
                newest = new Written(in.getLong(8), content);
            }
        }
        return Optional.ofNullable(newest);
    }

    /**
     * Writes the next state. After a failure the next one is written to the same half, the whole of it and through another
     * descriptor: nothing relies on what the failed write or force has left.
     */
    void write(ByteBuffer content, boolean durably) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(kind.half).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(kind.magic).putLong(generation + 1).put(content);
        int end = kind.half - CHECKSUM_BYTES;
        out.putInt(end, FrameHeader.checksum(0, out.duplicate().position(0).limit(end)));
        boolean written = false;
        try {
            SpoolFiles.OpenFile to = opened();
            to.write(new ByteBuffer[] {out.position(0).limit(kind.half)}, (generation + 1) % 2 * kind.half);
            if (durably) {
                to.force();
            }
            generation++;
            written = true;
        } finally {
            if (!written) {
                close();
            }
        }
    }

    private SpoolFiles.OpenFile opened() throws IOException {
        if (file == null) {
            file = files.openToWrite(path);
        }
        return file;
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
