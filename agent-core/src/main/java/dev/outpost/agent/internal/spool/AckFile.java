package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far each run of a slot is acknowledged. Advisory: without it batches are sent a second time, and the control center
 * knows them. So it is never forced, and two halves are written in turn, of which one is always whole.
 *
 * <pre>
 *   2 × 4096 bytes, little-endian:
 *   0 "AGACK001"   8 u64 generation   16 u16 n   18 n × (u64 epoch, u64 acknowledged through)   … u32 CRC32C of all before
 * </pre>
 *
 * <p>Disk thread only.
 */
final class AckFile implements AutoCloseable {

    static final int HALF = 4096;
    private static final byte[] MAGIC = "AGACK001".getBytes(StandardCharsets.US_ASCII);
    private static final int ENTRIES_AT = 18;
    private static final int MOST_ENTRIES = (HALF - ENTRIES_AT - 4) / 16;

    private final SpoolFiles.OpenFile file;
    private long generation;

    private AckFile(SpoolFiles.OpenFile file) {
        this.file = file;
    }

    static AckFile open(Path path, SpoolFiles files) throws IOException {
        return new AckFile(files.openToWrite(path));
    }

    /** What was written last and is whole: acknowledged-through by epoch. Empty when nothing is. */
    NavigableMap<Long, Long> read() throws IOException {
        ByteBuffer newest = null;
        for (int half = 0; half < 2; half++) {
            ByteBuffer in = half(half);
            if (in != null && (newest == null || in.getLong(8) > newest.getLong(8))) {
                newest = in;
            }
        }
        NavigableMap<Long, Long> acks = new TreeMap<>();
        if (newest != null) {
            generation = newest.getLong(8);
            int count = newest.getShort(16) & 0xFFFF;
            for (int i = 0; i < count; i++) {
                acks.put(newest.getLong(ENTRIES_AT + 16 * i), newest.getLong(ENTRIES_AT + 16 * i + 8));
            }
        }
        return acks;
    }

    private @Nullable ByteBuffer half(int half) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(HALF).order(ByteOrder.LITTLE_ENDIAN);
        file.read(in, (long) half * HALF);
        in.flip();
        if (in.limit() < ENTRIES_AT || !Arrays.equals(MAGIC, Arrays.copyOf(in.array(), MAGIC.length))) {
            return null;
        }
        int count = in.getShort(16) & 0xFFFF;
        int end = ENTRIES_AT + 16 * count;
        return count <= MOST_ENTRIES
                        && end + 4 <= in.limit()
                        && in.getInt(end)
                                == FrameHeader.checksum(0, in.duplicate().limit(end))
                ? in
                : null;
    }

    /** Writes the newest state; of too many runs the newest. */
    void write(NavigableMap<Long, Long> acks) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(HALF).order(ByteOrder.LITTLE_ENDIAN);
        int count = Math.min(MOST_ENTRIES, acks.size());
        out.put(MAGIC).putLong(generation + 1).putShort((short) count);
        for (Map.Entry<Long, Long> entry : acks.descendingMap().entrySet()) {
            if (count-- == 0) {
                break;
            }
            out.putLong(entry.getKey()).putLong(entry.getValue());
        }
        out.putInt(FrameHeader.checksum(0, out.duplicate().flip()));
        out.position(0).limit(HALF);
        file.write(new ByteBuffer[] {out}, (generation + 1) % 2 * HALF);
        generation++;
    }

    @Override
    public void close() {
        file.close();
    }
}
