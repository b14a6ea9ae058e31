package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One agent's part of a spool directory: the lock that makes it ours, and the stream id and epoch in its META file. Disk
 * thread only.
 *
 * <pre>
 *   META   38 bytes, little-endian:   0 "AGMETA01"   8 u16 version   10 stream id, 16   26 u64 epoch   34 u32 CRC32C
 * </pre>
 */
final class SlotDirectory implements AutoCloseable {

    /** How many agents may share a directory. */
    static final int SLOTS = 16;

    private static final byte[] MAGIC = "AGMETA01".getBytes(StandardCharsets.US_ASCII);
    private static final short VERSION = 1;
    private static final int META_BYTES = 38;

    private final Path directory;
    private final SpoolFiles files;
    private final Closeable lock;
    private final AckFile acks;
    private final GapFile gaps;
    private UUID streamId;
    private long epoch;

    private SlotDirectory(Path directory, SpoolFiles files, Closeable lock, Meta meta) throws IOException {
        this.directory = directory;
        this.files = files;
        this.lock = lock;
        this.streamId = meta.streamId;
        this.epoch = meta.epoch;
        this.acks = AckFile.open(directory.resolve("ACK"), files);
        this.gaps = GapFile.open(directory.resolve("GAPS"), files);
    }

    private record Meta(UUID streamId, long epoch) {}

    /** The slot's path. */
    static Path slot(Path spool, int number) {
        return spool.resolve("slot-" + number);
    }

    /**
     * Takes a slot, if nobody holds it and it is of a version that is known here.
     *
     * @param make whether to make it when it is not there
     */
    static Optional<SlotDirectory> tryTake(Path slot, boolean make, SpoolFiles files) throws IOException {
        if (make) {
            files.createDirectories(slot);
        } else if (files.list(slot).isEmpty()) {
            return Optional.empty();
        }
        Optional<Closeable> lock = files.tryLock(slot.resolve("LOCK"));
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        boolean taken = false;
        try {
            Optional<Meta> meta = readMeta(slot, files);
            Optional<SlotDirectory> mine = meta.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new SlotDirectory(slot, files, lock.get(), meta.get()));
            taken = mine.isPresent();
            return mine;
        } finally {
            if (!taken) {
                lock.get().close();
            }
        }
    }

    /** Empty when the slot is of another version, which is left alone. A damaged META costs only the stream id. */
    private static Optional<Meta> readMeta(Path slot, SpoolFiles files) throws IOException {
        long highest = highestEpoch(slot, files);
        Meta fresh = new Meta(UUID.randomUUID(), highest);
        Path path = slot.resolve("META");
        if (!files.list(slot).contains(path)) {
            return Optional.of(fresh);
        }
        ByteBuffer in = ByteBuffer.allocate(META_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SpoolFiles.OpenFile file = files.openToRead(path)) {
            file.read(in, 0);
        }
        in.flip();
        boolean whole = in.limit() == META_BYTES
                && Arrays.equals(MAGIC, Arrays.copyOf(in.array(), MAGIC.length))
                && FrameHeader.checksum(0, in.duplicate().limit(META_BYTES - 4)) == in.getInt(META_BYTES - 4);
        if (!whole) {
            return Optional.of(fresh);
        }
        if (in.getShort(8) != VERSION) {
            return Optional.empty();
        }
        ByteBuffer big = in.duplicate().order(ByteOrder.BIG_ENDIAN);
        return Optional.of(new Meta(new UUID(big.getLong(10), big.getLong(18)), Math.max(highest, in.getLong(26))));
    }

    private static long highestEpoch(Path slot, SpoolFiles files) throws IOException {
        long highest = 0;
        for (Path chain : files.list(slot)) {
            for (Path file : filesIn(chain, files)) {
                highest = Math.max(
                        highest,
                        SegmentId.of(file, new UUID(0, 0)).map(SegmentId::epoch).orElse(0L));
            }
        }
        return highest;
    }

    /** What is in a directory; nothing when it is a file. */
    private static List<Path> filesIn(Path chain, SpoolFiles files) throws IOException {
        return chain.getFileName().toString().matches("[A-Z]+(\\.tmp)?") ? List.of() : files.list(chain);
    }

    /** The directories of its chains. */
    List<Path> chains() throws IOException {
        List<Path> chains = new ArrayList<>();
        for (Path entry : files.list(directory)) {
            String name = entry.getFileName().toString();
            if (!name.matches("[A-Z]+(\\.tmp)?") && !name.equals(Quarantine.DIRECTORY)) {
                chains.add(entry);
            }
        }
        return chains;
    }

    /** A file or directory of the slot. */
    Path path(String name) {
        return directory.resolve(name);
    }

    Path directory() {
        return directory;
    }

    AckFile acks() {
        return acks;
    }

    GapFile gaps() {
        return gaps;
    }

    UUID streamId() {
        return streamId;
    }

    /** The next so many epochs are taken; the first of them is returned. Durable before it returns. */
    long takeEpochs(int count) throws IOException {
        writeMeta(new Meta(streamId, epoch + count));
        return epoch - count + 1;
    }

    /** From here on under another stream id; epochs go on, so that the names of segments stay unique. */
    void changeStream() throws IOException {
        writeMeta(new Meta(UUID.randomUUID(), epoch));
    }

    private void writeMeta(Meta next) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(META_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putShort(VERSION).order(ByteOrder.BIG_ENDIAN);
        out.putLong(next.streamId.getMostSignificantBits()).putLong(next.streamId.getLeastSignificantBits());
        out.order(ByteOrder.LITTLE_ENDIAN).putLong(next.epoch);
        out.putInt(FrameHeader.checksum(0, out.duplicate().flip())).flip();
        Path temporary = path("META.tmp");
        files.delete(temporary);
        try (SpoolFiles.OpenFile file = files.create(temporary)) {
            file.write(new ByteBuffer[] {out}, 0);
            file.force();
        }
        files.replace(temporary, path("META"));
        files.forceDirectory(directory);
        streamId = next.streamId;
        epoch = next.epoch;
    }

    @Override
    public void close() throws IOException {
        acks.close();
        gaps.close();
        lock.close();
    }
}
