package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is gone from the runs of a slot and has not been told to its destination. Made at its full size when the slot is
 * made, so that an eviction on a full disk can be noted: this is the class 0 of the spool's own news. Two halves are written
 * in turn, and forced.
 *
 * <pre>
 *   2 × 32768 bytes, little-endian:
 *   0 "AGGAPS01"   8 u64 generation   16 u16 n   18 n × entry   … u32 CRC32C of all before
 *   entry: u64 epoch   u64 from   u64 through   u32 records   reason   chain;
 *   both as u8 length and ASCII
 * </pre>
 *
 * <p>Disk thread only.
 */
final class GapFile implements AutoCloseable {

    static final int HALF = 32 * 1024;
    private static final byte[] MAGIC = "AGGAPS01".getBytes(StandardCharsets.US_ASCII);
    private static final int ENTRIES_AT = 18;
    private static final int LONGEST_TEXT = 255;

    private final SpoolFiles.OpenFile file;
    private long generation;

    /**
     * A gap and the run that it is in.
     *
     * @param chain the run's chain
     * @param epoch the run
     * @param gap what is gone
     */
    record Entry(String chain, long epoch, Stored.Gap gap) {}

    private GapFile(SpoolFiles.OpenFile file) {
        this.file = file;
    }

    static GapFile open(Path path, SpoolFiles files) throws IOException {
        SpoolFiles.OpenFile file = files.openToWrite(path);
        boolean opened = false;
        try {
            if (file.size() < 2L * HALF) {
                file.write(new ByteBuffer[] {ByteBuffer.allocate(2 * HALF)}, 0);
                file.force();
            }
            opened = true;
            return new GapFile(file);
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** What was written last and is whole. */
    List<Entry> read() throws IOException {
        ByteBuffer newest = null;
        for (int half = 0; half < 2; half++) {
            ByteBuffer in = half(half);
            if (in != null && (newest == null || in.getLong(8) > newest.getLong(8))) {
                newest = in;
            }
        }
        if (newest == null) {
            return List.of();
        }
        generation = newest.getLong(8);
        Entry[] entries = new Entry[newest.getShort(16) & 0xFFFF];
        newest.position(ENTRIES_AT);
        for (int i = 0; i < entries.length; i++) {
            entries[i] = entry(newest);
        }
        return List.of(entries);
    }

    private static Entry entry(ByteBuffer in) {
        long epoch = in.getLong();
        long from = in.getLong();
        long through = in.getLong();
        int records = in.getInt();
        String reason = text(in);
        return new Entry(text(in), epoch, new Stored.Gap(from, through, records, reason));
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[in.get() & 0xFF];
        in.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private @Nullable ByteBuffer half(int half) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(HALF).order(ByteOrder.LITTLE_ENDIAN);
        file.read(in, (long) half * HALF);
        in.flip();
        if (in.limit() < HALF || !Arrays.equals(MAGIC, Arrays.copyOf(in.array(), MAGIC.length))) {
            return null;
        }
        int end = HALF - 4;
        return in.getInt(end) == FrameHeader.checksum(0, in.duplicate().limit(end)) ? in : null;
    }

    /**
     * Writes all that is gone, durably.
     *
     * @return how many of the entries found room; the others are known to this process only
     */
    int write(List<Entry> entries) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(HALF).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putLong(generation + 1).putShort((short) 0).limit(HALF - 4);
        int count = 0;
        for (Entry entry : entries) {
            int before = out.position();
            try {
                put(entry, out);
                count++;
            } catch (BufferOverflowException e) {
                out.position(before);
                break;
            }
        }
        out.putShort(16, (short) count).position(HALF - 4).limit(HALF);
        out.putInt(FrameHeader.checksum(0, out.duplicate().position(0).limit(HALF - 4)));
        file.write(new ByteBuffer[] {out.flip()}, (generation + 1) % 2 * HALF);
        file.force();
        generation++;
        return count;
    }

    private static void put(Entry entry, ByteBuffer out) {
        Stored.Gap gap = entry.gap();
        out.putLong(entry.epoch()).putLong(gap.from()).putLong(gap.through()).putInt(gap.records());
        putText(gap.reason(), out);
        putText(entry.chain(), out);
    }

    private static void putText(String text, ByteBuffer out) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int length = Math.min(LONGEST_TEXT, bytes.length);
        out.put((byte) length).put(bytes, 0, length);
    }

    @Override
    public void close() {
        file.close();
    }
}
