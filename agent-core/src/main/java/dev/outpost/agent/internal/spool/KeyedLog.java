package dev.outpost.agent.internal.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A map of keys to bytes on disk: a log of changes on segments of the spool's format, of which the newest for each key holds. One
 * process at a time; disk thread only.
 *
 * <pre>
 *   directory/  journal.id    the stream id, 16 bytes: with epoch and first sequence the seed of every checksum
 *               journal.lock  held while it is open
 *               &lt;epoch&gt;-&lt;first sequence&gt;.seg
 *   frame body  u16 length of the key, the key in UTF-8, the value
 * </pre>
 *
 * <p>Changes are numbered on from the largest number found, and a new epoch begins with every opening. What is damaged is left
 * out and counted; it never costs anything but itself. When most of the log is outdated it is written anew: what holds is appended once
 * more, and after that is forced the older segments are deleted, the oldest first, so that a removal outlives what it removes.
 *
 * <p><b>Errors:</b> after anything that {@link #write} throws, none of its changes counts as written, and the next write goes into a
 * new segment.
 */
public final class KeyedLog implements AutoCloseable {

    private static final String ID_FILE = "journal.id";
    private static final String LOCK_FILE = "journal.lock";
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final long REWRITE_AT = 4L << 20;
    private static final int OUTDATED_TIMES = 4;
    private static final int ID_BYTES = 16;

    private final Path directory;
    private final SpoolFiles files;
    private final Disposal disposal;
    private final Closeable lock;
    private final UUID id;
    private final Map<String, Place> places = new HashMap<>();
    private final List<Segment> segments = new ArrayList<>();
    private @Nullable SegmentWriter writer;
    private long epoch = 1;
    private long nextSequence = 1;
    private long liveBytes;
    private int damaged;

    /**
     * Where the newest change of a key is.
     *
     * @param sequence its number
     * @param bytes what its frame takes
     */
    private record Place(long sequence, long bytes) {}

    /** One change: a value for a key, from position to limit, or its removal when there is none. */
    public record Change(String key, @Nullable ByteBuffer value) {}

    private KeyedLog(Path directory, SpoolFiles files, Closeable lock, UUID id) {
        this.directory = directory;
        this.files = files;
        this.disposal = new Disposal(files);
        this.lock = lock;
        this.id = id;
    }

    /**
     * Opens the log in {@code directory}, which is made if it is not there.
     *
     * @param found takes every key with its value, in the order in which they were written
     * @throws IOException if the directory cannot be used, or is in use
     */
    public static KeyedLog open(Path directory, SpoolFiles files, Map<String, byte[]> found) throws IOException {
        files.createDirectories(directory);
        Closeable lock = files.tryLock(directory.resolve(LOCK_FILE))
                .orElseThrow(() -> new IOException("the journal " + directory + " is in use by another agent"));
        boolean opened = false;
        try {
            KeyedLog log = new KeyedLog(directory, files, lock, readOrMakeId(directory, files));
            log.read(found);
            opened = true;
            return log;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private static UUID readOrMakeId(Path directory, SpoolFiles files) throws IOException {
        Path path = directory.resolve(ID_FILE);
        ByteBuffer bytes = ByteBuffer.allocate(ID_BYTES);
        try (SpoolFiles.OpenFile file = files.openToRead(path)) {
            file.read(bytes, 0);
        } catch (NoSuchFileException e) {
            bytes.clear(); // the first time
        }
        if (bytes.position() == ID_BYTES) {
            return new UUID(bytes.getLong(0), bytes.getLong(8));
        }
        UUID made = UUID.randomUUID();
        Path temporary = directory.resolve(ID_FILE + ".tmp");
        files.delete(temporary);
        try (SpoolFiles.OpenFile file = files.create(temporary)) {
            ByteBuffer out = ByteBuffer.allocate(ID_BYTES)
                    .putLong(made.getMostSignificantBits())
                    .putLong(made.getLeastSignificantBits())
                    .flip();
            file.write(new ByteBuffer[] {out}, 0);
            file.force();
        }
        files.replace(temporary, path);
        files.forceDirectory(directory);
        return made;
    }

    /** Names this log for as long as its directory lives. */
    public UUID id() {
        return id;
    }

    /** How many changes could not be read when it was opened. */
    public int damaged() {
        return damaged;
    }

    /** Bytes of its segments. */
    public long bytes() {
        return segments.stream().mapToLong(Segment::fileBytes).sum();
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    private void read(Map<String, byte[]> found) throws IOException {
        List<Segment> present = new ArrayList<>();
        for (Path path : files.list(directory)) {
            SegmentId.of(path, id).ifPresent(segment -> present.add(new Segment(segment, path, 0, 0, 0)));
        }
        present.sort(Comparator.comparingLong((Segment segment) -> segment.id().epoch())
                .thenComparingLong(segment -> segment.id().firstSequence()));
        Map<String, Found> newest = new LinkedHashMap<>();
        for (Segment segment : present) {
            scan(segment, (frame, body) -> take(frame, body, newest));
            segments.add(segment);
            epoch = Math.max(epoch, segment.id().epoch() + 1);
            nextSequence = Math.max(nextSequence, Math.max(segment.id().firstSequence(), segment.lastSequence()) + 1);
        }
        newest.forEach((key, change) -> {
            if (change.value != null) {
                byte[] value = new byte[change.value.remaining()];
                change.value.get(value);
                found.put(key, value);
                moved(key, change.sequence, change.bytes);
            }
        });
    }

    private record Found(
            long sequence, long bytes, @Nullable ByteBuffer value) {}

    private void take(FrameHeader frame, ByteBuffer body, Map<String, Found> newest) {
        String key = key(body);
        if (key == null) {
            damaged++;
            return;
        }
        Found known = newest.get(key);
        if (known == null || known.sequence < frame.sequence()) {
            ByteBuffer value = frame.type() == FrameType.ENTRY
                    ? ByteBuffer.allocate(body.remaining()).put(body).flip()
                    : null;
            newest.remove(key); // the order is that of the newest changes
            newest.put(key, new Found(frame.sequence(), frame.frameBytes(), value));
        }
    }

    /** What is done with a change. */
    @FunctionalInterface
    private interface Visitor {
        void visit(FrameHeader frame, ByteBuffer body) throws IOException;
    }

    private void scan(Segment segment, Visitor visitor) throws IOException {
        try (SpoolFiles.OpenFile file = files.openToRead(segment.path());
                SegmentReader reader = new SegmentReader(file, segment.id())) {
            long size = file.size();
            segment.fileBytes(size);
            for (Optional<FrameHeader> next = reader.next(size); next.isPresent(); next = reader.next(size)) {
                FrameHeader frame = next.get();
                segment.added(frame, reader.position());
                Optional<ByteBuffer> body = reader.body(frame);
                boolean ours = frame.type() == FrameType.ENTRY || frame.type() == FrameType.REMOVAL;
                if (body.isPresent() && ours) {
                    visitor.visit(frame, body.get());
                } else {
                    damaged++;
                }
            }
            damaged += reader.isDamaged() ? 1 : 0;
        }
    }

    /** Reads the key; the buffer then stands at the value. */
    private static @Nullable String key(ByteBuffer body) {
        if (body.remaining() < 2) {
            return null;
        }
        int length = body.getShort() & 0xFFFF;
        if (body.remaining() < length) {
            return null;
        }
        byte[] key = new byte[length];
        body.get(key);
        return new String(key, StandardCharsets.UTF_8);
    }

    // ---- writing --------------------------------------------------------------------------------------------------

    /** Writes changes in their order and forces them: they are on the disk when this returns. */
    public void write(List<Change> changes, long nowMillis) throws IOException {
        boolean written = false;
        try {
            for (Change change : changes) {
                append(change, nowMillis);
            }
            if (writer != null) {
                writer.sync();
            }
            written = true;
        } finally {
            if (!written) {
                seal();
            }
        }
        disposal.retry();
        if (bytes() > REWRITE_AT && bytes() > OUTDATED_TIMES * liveBytes) {
            rewrite(nowMillis);
        }
    }

    private void append(Change change, long nowMillis) throws IOException {
        byte[] key = change.key().getBytes(StandardCharsets.UTF_8);
        ByteBuffer value = change.value();
        ByteBuffer body = ByteBuffer.allocate(2 + key.length + (value == null ? 0 : value.remaining()));
        body.putShort((short) key.length).put(key);
        if (value != null) {
            body.put(value.duplicate());
        }
        long bytes = append(value == null ? FrameType.REMOVAL : FrameType.ENTRY, body.flip(), nowMillis);
        moved(change.key(), value == null ? 0 : nextSequence - 1, bytes);
    }

    private long append(FrameType type, ByteBuffer body, long nowMillis) throws IOException {
        Batch batch = new Batch(nextSequence, 1, type, 0, body);
        SegmentWriter present = writer;
        if (present == null || !present.hasRoomFor(body.remaining())) {
            if (present != null) {
                present.sync();
                seal();
            }
            present = begin(body.remaining(), nowMillis);
        }
        nextSequence++;
        return present.append(batch, nowMillis);
    }

    private SegmentWriter begin(int bodyLength, long nowMillis) throws IOException {
        SegmentId next = new SegmentId(id, epoch, nextSequence);
        long size = Math.max(SEGMENT_BYTES, SegmentHeader.BYTES + FrameHeader.frameBytes(bodyLength));
        Path path = directory.resolve(next.fileName());
        // A begin that failed may have left its file behind, without anything that counts.
        files.delete(path);
        Segment segment = new Segment(next, path, 0, nowMillis, size);
        SegmentWriter made = SegmentWriter.create(segment, true, directory, files, disposal);
        segments.add(segment);
        writer = made;
        return made;
    }

    private void seal() {
        if (writer != null) {
            writer.seal();
            writer = null;
        }
    }

    /** The newest change of a key is there now; nowhere, with sequence 0. */
    private void moved(String key, long sequence, long bytes) {
        Place before = sequence == 0 ? places.remove(key) : places.put(key, new Place(sequence, bytes));
        liveBytes += (sequence == 0 ? 0 : bytes) - (before == null ? 0 : before.bytes);
    }

    /** Appends once more what holds, and deletes all segments before that. What goes wrong is tried again with a later write. */
    private void rewrite(long nowMillis) {
        seal();
        List<Segment> old = List.copyOf(segments);
        try {
            for (Segment segment : old) {
                scan(segment, (frame, body) -> copy(frame, body, nowMillis));
            }
            if (writer != null) {
                writer.sync();
            }
        } catch (IOException e) {
            seal(); // what was copied is the same as what stands in the old segments, and those stay
            Disposal.note("the journal could not be written anew", e);
            return;
        }
        for (Segment segment : old) {
            disposal.delete(segment.path(), segment.fileBytes());
            segments.remove(segment);
        }
    }

    private void copy(FrameHeader frame, ByteBuffer body, long nowMillis) throws IOException {
        ByteBuffer whole = body.duplicate();
        String key = key(body);
        Place place = key == null ? null : places.get(key);
        if (key != null && place != null && place.sequence == frame.sequence()) {
            long bytes = append(FrameType.ENTRY, whole, nowMillis);
            moved(key, nextSequence - 1, bytes);
        }
    }

    /** Lets go of the directory. */
    @Override
    public void close() throws IOException {
        seal();
        lock.close();
    }
}
