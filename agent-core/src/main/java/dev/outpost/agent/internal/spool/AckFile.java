package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How far each run of a slot is acknowledged. Advisory: without it batches are sent a second time, and the control center
 * knows them. So it is never forced.
 *
 * <pre>
 *   content of each half of 4096 bytes, little-endian:   0 u16 n   2 n × (u64 epoch, u64 acknowledged through)
 * </pre>
 *
 * <p>Disk thread only.
 */
final class AckFile implements AutoCloseable {

    static final TwoHalves.Kind KIND = new TwoHalves.Kind(0x3130304B43414741L, 4096); // "AGACK001"
    private static final int ENTRIES_AT = 2;
    private static final int MOST_ENTRIES = (KIND.capacity() - ENTRIES_AT) / 16;

    private final TwoHalves file;

    private AckFile(TwoHalves file) {
        this.file = file;
    }

    static AckFile open(Path path, SpoolFiles files) throws IOException {
        return new AckFile(TwoHalves.open(path, files, KIND));
    }

    /** Acknowledged-through by epoch, as it was written last. Empty when nothing can be read. */
    NavigableMap<Long, Long> read() {
        try {
            return file.read().map(AckFile::decode).orElseGet(TreeMap::new);
        } catch (IOException e) {
            Disposal.note("acknowledgements could not be read; batches are sent again", e);
            return new TreeMap<>();
        }
    }

    static NavigableMap<Long, Long> decode(ByteBuffer content) {
        NavigableMap<Long, Long> acks = new TreeMap<>();
        int room = (content.limit() - ENTRIES_AT) / 16; // its checksum may be right and its content another program's
        int count = content.limit() < ENTRIES_AT ? 0 : Math.min(room, content.getShort(0) & 0xFFFF);
        for (int i = 0; i < count; i++) {
            acks.put(content.getLong(ENTRIES_AT + 16 * i), content.getLong(ENTRIES_AT + 16 * i + 8));
        }
        return acks;
    }

    /** Writes the newest state; of too many runs the newest. */
    void write(NavigableMap<Long, Long> acks) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(KIND.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        int count = Math.min(MOST_ENTRIES, acks.size());
        out.putShort((short) count);
        for (Map.Entry<Long, Long> entry : acks.descendingMap().entrySet()) {
            if (count-- == 0) {
                break;
            }
            out.putLong(entry.getKey()).putLong(entry.getValue());
        }
        file.write(out.flip(), false);
    }

    @Override
    public void close() {
        file.close();
    }
}
