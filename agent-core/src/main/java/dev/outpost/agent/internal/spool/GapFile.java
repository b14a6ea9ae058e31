package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What is gone from the runs of a slot and has not been told to its destination. As it never grows, an eviction on a full
 * disk can be noted too: this is the class 0 of the spool's own news. Forced.
 *
 * <pre>
 *   content of each half of 32768 bytes, little-endian:   0 u16 n   2 n × entry
 *   entry: stream id, 16   u64 epoch   u64 from   u64 through   u32 records   reason   chain;
 *   both as u8 length and ASCII
 * </pre>
 *
 * <p>Disk thread only.
 */
final class GapFile implements AutoCloseable {

    static final TwoHalves.Kind KIND = new TwoHalves.Kind(0x3130535041474741L, 32 * 1024); // "AGGAPS01"
    private static final int LONGEST_TEXT = 255;

    private final TwoHalves file;

    /**
     * A gap and the run that it is in.
     *
     * @param streamId the run's stream
     * @param epoch the run
     * @param chain the run's chain
     * @param gap what is gone
     */
    record Entry(UUID streamId, long epoch, String chain, Stored.Gap gap) {}

    private GapFile(TwoHalves file) {
        this.file = file;
    }

    static GapFile open(Path path, SpoolFiles files) throws IOException {
        return new GapFile(TwoHalves.open(path, files, KIND));
    }

    /** What was written last. Empty when nothing can be read. */
    List<Entry> read() {
        try {
            return file.read().map(GapFile::decode).orElseGet(List::of);
        } catch (IOException e) {
            Disposal.note("gaps could not be read; the control center sees them by the numbers", e);
            return List.of();
        }
    }

    static List<Entry> decode(ByteBuffer content) {
        ByteBuffer in = content.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        List<Entry> entries = new ArrayList<>();
        try {
            for (int left = in.getShort() & 0xFFFF; left > 0; left--) {
                entries.add(entry(in));
            }
        } catch (BufferUnderflowException e) {
            entries.clear(); // its checksum is right, so some other program wrote it
        }
        return entries;
    }

    private static Entry entry(ByteBuffer in) {
        in.order(ByteOrder.BIG_ENDIAN);
        UUID streamId = new UUID(in.getLong(), in.getLong());
        in.order(ByteOrder.LITTLE_ENDIAN);
        long epoch = in.getLong();
        long from = in.getLong();
        long through = in.getLong();
        int records = in.getInt();
        String reason = text(in);
        return new Entry(streamId, epoch, text(in), new Stored.Gap(from, through, records, reason));
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[in.get() & 0xFF];
        in.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    /**
     * Writes all that is gone, durably.
     *
     * @return how many of the entries found room; the others are known to this process only
     */
    int write(List<Entry> entries) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(KIND.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) 0);
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
        out.putShort(0, (short) count);
        file.write(out.flip(), true);
        return count;
    }

    private static void put(Entry entry, ByteBuffer out) {
        out.order(ByteOrder.BIG_ENDIAN);
        out.putLong(entry.streamId().getMostSignificantBits())
                .putLong(entry.streamId().getLeastSignificantBits());
        out.order(ByteOrder.LITTLE_ENDIAN);
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
