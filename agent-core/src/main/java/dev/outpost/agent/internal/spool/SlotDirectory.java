package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One agent's part of a spool directory: the lock that makes it ours, and its files META, ACK and GAPS. Disk thread only.
 */
final class SlotDirectory implements AutoCloseable {

    /** How many agents may share a directory. */
    static final int SLOTS = 16;

    static final String ACK = "ACK";
    static final String GAPS = "GAPS";
    static final String LOCK = "LOCK";

    /** Higher ones in names are made up, and must not bring our own counting to its end. */
    private static final long HIGHEST_FOREIGN_EPOCH = SegmentId.MAX_EPOCH / 2;

    private static final Pattern CHAIN = Pattern.compile("[a-z0-9][a-z0-9.-]{0,127}");

    private final Path directory;
    private final SpoolFiles files;
    private final Closeable lock;
    private final AckFile acks;
    private final GapFile gaps;
    private final NavigableMap<Long, Long> savedAcks;
    private final List<GapFile.Entry> savedGaps;
    private SlotMeta meta;

    private SlotDirectory(Path directory, SpoolFiles files, Closeable lock, SlotMeta read, AckFile acks, GapFile gaps)
            throws IOException {
        this.directory = directory;
        this.files = files;
        this.lock = lock;
        this.acks = acks;
        this.gaps = gaps;
        this.savedAcks = acks.read();
        this.savedGaps = gaps.read();
        this.meta = new SlotMeta(read.streamId(), Math.max(read.epoch(), highestEpoch()));
    }

    /** The slot's path. */
    static Path slot(Path spool, int number) {
        return spool.resolve("slot-" + number);
    }

    /** Whether a chain may be called so: other directories in a slot are not ours. */
    static boolean isChain(String name) {
        return CHAIN.matcher(name).matches() && !name.equals(Quarantine.DIRECTORY);
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
        Optional<Closeable> lock = files.tryLock(slot.resolve(LOCK));
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        Optional<SlotDirectory> taken = Optional.empty();
        try {
            Optional<SlotMeta> meta = readMeta(slot, files);
            if (meta.isPresent()) {
                taken = Optional.of(open(slot, files, lock.get(), meta.get()));
            }
            return taken;
        } finally {
            if (taken.isEmpty()) {
                lock.get().close();
            }
        }
    }

    private static SlotDirectory open(Path slot, SpoolFiles files, Closeable lock, SlotMeta meta) throws IOException {
        AckFile acks = null;
        GapFile gaps = null;
        boolean opened = false;
        try {
            acks = AckFile.open(slot.resolve(ACK), files);
            gaps = GapFile.open(slot.resolve(GAPS), files);
            SlotDirectory directory = new SlotDirectory(slot, files, lock, meta, acks, gaps);
            opened = true;
            return directory;
        } finally {
            if (!opened && acks != null) {
                acks.close();
            }
            if (!opened && gaps != null) {
                gaps.close();
            }
        }
    }

    /** Empty when the slot is of another version, which is left alone. A damaged META costs only the stream id. */
    private static Optional<SlotMeta> readMeta(Path slot, SpoolFiles files) throws IOException {
        Optional<SlotMeta> fresh = Optional.of(new SlotMeta(UUID.randomUUID(), 0));
        Path path = slot.resolve(SlotMeta.FILE);
        if (!files.list(slot).contains(path)) {
            return fresh;
        }
        try (SpoolFiles.OpenFile file = files.openToRead(path)) {
            SlotMeta.Read read = SlotMeta.read(file);
            return switch (read.state()) {
                case WHOLE -> Optional.of(read.meta());
                case DAMAGED -> fresh;
                case NEWER -> Optional.empty();
            };
        }
    }

    /** The highest epoch of which there is any trace: what META says may be damaged. */
    private long highestEpoch() throws IOException {
        long highest = savedAcks.isEmpty() ? 0 : savedAcks.lastKey();
        for (GapFile.Entry entry : savedGaps) {
            highest = Math.max(highest, entry.epoch());
        }
        for (Path chain : chains()) {
            for (Path file : files.list(chain)) {
                long epoch =
                        SegmentId.of(file, new UUID(0, 0)).map(SegmentId::epoch).orElse(0L);
                highest = epoch <= HIGHEST_FOREIGN_EPOCH ? Math.max(highest, epoch) : highest;
            }
        }
        return highest;
    }

    /** The directories of its chains. */
    List<Path> chains() throws IOException {
        List<Path> chains = new ArrayList<>();
        for (Path entry : files.list(directory)) {
            if (isChain(entry.getFileName().toString())) {
                chains.add(entry);
            }
        }
        return chains;
    }

    /** Throws {@code failure} unless the slot's other files can be read: then the fault is not that of one file. */
    void requireReadable(IOException failure) throws IOException {
        try (SpoolFiles.OpenFile file = files.openToRead(path(GAPS))) {
            file.read(ByteBuffer.allocate(1), 0);
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** A file or directory of the slot. */
    Path path(String name) {
        return directory.resolve(name);
    }

    Path directory() {
        return directory;
    }

    /** What the last owner noted about acknowledgements. */
    NavigableMap<Long, Long> savedAcks() {
        return savedAcks;
    }

    /** What the last owner noted about gaps. */
    List<GapFile.Entry> savedGaps() {
        return savedGaps;
    }

    AckFile acks() {
        return acks;
    }

    GapFile gaps() {
        return gaps;
    }

    UUID streamId() {
        return meta.streamId();
    }

    /** The next so many epochs are taken; the first of them is returned. Durable before it returns. */
    long takeEpochs(int count) throws IOException {
        if (meta.epoch() + count > SegmentId.MAX_EPOCH) {
            throw new IOException("the epochs of " + directory + " have come to their end");
        }
        writeMeta(new SlotMeta(meta.streamId(), meta.epoch() + count));
        return meta.epoch() - count + 1;
    }

    /** From here on under another stream id; epochs go on, so that the names of segments stay unique. */
    void changeStream() throws IOException {
        writeMeta(new SlotMeta(UUID.randomUUID(), meta.epoch()));
    }

    private void writeMeta(SlotMeta next) throws IOException {
        Path temporary = path(SlotMeta.FILE + ".tmp");
        files.delete(temporary);
        try (SpoolFiles.OpenFile file = files.create(temporary)) {
            file.write(new ByteBuffer[] {next.encode()}, 0);
            file.force();
        }
        files.replace(temporary, path(SlotMeta.FILE));
        files.forceDirectory(directory);
        meta = next;
    }

    @Override
    public void close() throws IOException {
        acks.close();
        gaps.close();
        lock.close();
    }
}
