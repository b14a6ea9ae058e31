package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One slot of a spool, looked at from outside: nothing is locked or written, and what an agent changes meanwhile is no
 * surprise. Memory is taken for the names of one chain's files and for one frame.
 */
final class SpoolView {

    private static final int MOST_STREAMS = 64;

    private final Path slot;
    private final Consumer<String> problems;
    private final Set<UUID> streams = new LinkedHashSet<>();
    private boolean unreadable;
    private boolean damaged;

    /** What {@code problems} is given are sentences that begin with the file. */
    SpoolView(Path slot, Consumer<String> problems) {
        this.slot = slot;
        this.problems = problems;
    }

    /** All slots of a spool. */
    static List<Path> slots(Path spool) throws IOException {
        List<Path> slots = new ArrayList<>();
        for (int number = 0; number < SlotDirectory.SLOTS; number++) {
            Path slot = SlotDirectory.slot(spool, number);
            if (Files.isDirectory(slot)) {
                slots.add(slot);
            }
        }
        if (!Files.isDirectory(spool)) {
            throw new NoSuchFileException(spool.toString(), null, "it is no directory");
        }
        return slots;
    }

    /** Which segment a file is called after, of no stream. */
    static Optional<SegmentId> named(Path path) {
        return SegmentId.of(path, new UUID(0, 0));
    }

    /** An open segment. */
    @FunctionalInterface
    interface Visitor {
        /** Looks at it. */
        void visit(Path path, SegmentId id, SegmentReader frames, long size) throws IOException;
    }

    /** Whether something could not be read. */
    boolean isUnreadable() {
        return unreadable;
    }

    /** Whether something is damaged. */
    boolean isDamaged() {
        return damaged;
    }

    Path path() {
        return slot;
    }

    void damage(Path path, String what) {
        damaged = true;
        problems.accept(path + ": " + what);
    }

    private void unreadable(Path path, Exception failure) {
        unreadable = true;
        problems.accept(path + ": cannot be read: " + failure);
    }

    /** The slot's META, if it can be used. */
    Optional<SlotMeta> meta() {
        Path path = slot.resolve(SlotMeta.FILE);
        try (ReadableFile file = new ReadableFile(path)) {
            SlotMeta.Read read = SlotMeta.read(file);
            switch (read.state()) {
                case WHOLE -> {
                    addStream(read.meta().streamId());
                    return Optional.of(read.meta());
                }
                case DAMAGED -> damage(path, "is damaged; the stream id of the slot is lost");
                case NEWER -> {
                    unreadable = true;
                    problems.accept(path + ": was written by a newer version");
                }
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            unreadable(path, e);
        }
        return Optional.empty();
    }

    /** How far each run is acknowledged. */
    NavigableMap<Long, Long> acks() {
        return halves(SlotDirectory.ACK, AckFile.KIND).map(AckFile::decode).orElseGet(TreeMap::new);
    }

    /** What is gone and not told yet. */
    List<GapFile.Entry> gaps() {
        List<GapFile.Entry> gaps =
                halves(SlotDirectory.GAPS, GapFile.KIND).map(GapFile::decode).orElseGet(List::of);
        gaps.forEach(gap -> addStream(gap.streamId()));
        return gaps;
    }

    private Optional<ByteBuffer> halves(String name, TwoHalves.Kind kind) {
        Path path = slot.resolve(name);
        try (ReadableFile file = new ReadableFile(path)) {
            return TwoHalves.read(file, kind).map(TwoHalves.Written::content);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            unreadable(path, e);
            return Optional.empty();
        }
    }

    private void addStream(UUID stream) {
        if (streams.size() < MOST_STREAMS) {
            streams.add(stream);
        }
    }

    /** The directories of the slot's chains. */
    List<Path> chains() {
        return list(slot).stream()
                .filter(path -> SlotDirectory.isChain(path.getFileName().toString()) && Files.isDirectory(path))
                .toList();
    }

    /** A chain's segments: the runs one after the other, each in order. */
    List<Path> segments(Path chain) {
        return list(chain).stream().filter(path -> named(path).isPresent()).toList();
    }

    List<Path> list(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            unreadable(directory, e);
        }
        Collections.sort(found);
        return found;
    }

    /** Opens a segment, unless it was deleted meanwhile. */
    void open(Path path, Visitor visitor) {
        SegmentId named = named(path).orElseThrow();
        try (ReadableFile file = new ReadableFile(path)) {
            long size = file.size();
            SegmentId id = identify(file, path, named, size);
            visitor.visit(path, id, new SegmentReader(file, id), size);
        } catch (NoSuchFileException e) {
            return; // it was acknowledged just now
        } catch (IOException e) {
            unreadable(path, e);
        }
    }

    private SegmentId identify(ReadableFile file, Path path, SegmentId named, long size) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(SegmentHeader.BYTES);
        file.read(start, 0);
        start.flip();
        Optional<SegmentId> header = SegmentHeader.decode(start)
                .map(SegmentHeader::id)
                .filter(id -> id.equals(named.ofStream(id.streamId())));
        if (header.isPresent()) {
            addStream(header.get().streamId());
            return header.get();
        }
        if (size > 0 && !start.equals(ByteBuffer.allocate(start.limit()))) {
            damage(path, "the header is damaged");
        }
        for (UUID stream : streams) {
            SegmentId candidate = named.ofStream(stream);
            if (new SegmentReader(file, candidate).next(size).isPresent()) {
                return candidate;
            }
        }
        return streams.isEmpty() ? named : named.ofStream(streams.iterator().next());
    }
}
