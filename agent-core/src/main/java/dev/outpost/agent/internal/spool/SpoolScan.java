package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * Finds out what a slot holds that somebody left there, by reading it: headers only, one segment at a time. Nothing is
 * changed but that segments without frames are deleted.
 */
final class SpoolScan {

    private static final int READS_BEFORE_GIVING_UP = 3;

    private final SlotDirectory slot;
    private final SpoolFiles files;
    private final Disposal disposal;
    private final ToIntFunction<String> priorities;
    private final Map<Long, SpoolRun> byEpoch = new TreeMap<>();

    /** All that is known, for segments whose header is damaged. */
    private final Set<UUID> streams = new LinkedHashSet<>();

    private final List<Path> unreadable = new ArrayList<>();
    private int damagedSegments;

    /** A scan, with the class of each chain by its name. */
    SpoolScan(SlotDirectory slot, SpoolFiles files, Disposal disposal, ToIntFunction<String> priorities) {
        this.slot = slot;
        this.files = files;
        this.disposal = disposal;
        this.priorities = priorities;
        streams.add(slot.streamId());
        slot.savedGaps().forEach(gap -> streams.add(gap.streamId()));
    }

    /** A segment that was found, and the chain it is in. */
    private record Found(String chain, Segment segment) {}

    /** The runs that hold something, oldest first. */
    List<SpoolRun> runs() throws IOException {
        List<Found> found = new ArrayList<>();
        List<Path> nameless = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path chain : slot.chains()) {
            for (Path file : files.list(chain)) {
                Optional<SegmentId> id = SegmentId.of(file, slot.streamId());
                // the same name in a second directory is a copy that somebody made
                if (id.isPresent() && names.add(id.get().fileName())) {
                    add(file, found, nameless);
                }
            }
        }
        for (Path file : nameless) {
            addNameless(file, found);
        }
        found.sort(Comparator.comparingLong((Found one) -> one.segment().id().epoch())
                .thenComparingLong(one -> one.segment().id().firstSequence()));
        for (Found one : found) {
            run(one.segment().id().epoch(), one.segment().id().streamId(), one.chain())
                    .segments()
                    .add(one.segment());
        }
        for (SpoolRun run : byEpoch.values()) {
            cutOverlaps(run);
        }
        addGaps();
        noteUnreadable();
        addAcks();
        List<SpoolRun> runs = new ArrayList<>(byEpoch.values());
        runs.removeIf(SpoolRun::isEmpty);
        return runs;
    }

    /** Segments in which something is neither a frame nor zeros, or that cannot be read. */
    int damagedSegments() {
        return damagedSegments;
    }

    private SpoolRun run(long epoch, UUID streamId, String chain) {
        return byEpoch.computeIfAbsent(
                epoch,
                e -> new SpoolRun(new SpoolRun.Chain(chain, priorities.applyAsInt(chain)), streamId, epoch, slot));
    }

    /** What is done with an open segment. */
    private interface Reading {
        void read(SpoolFiles.OpenFile file) throws IOException;
    }

    /** Reads a segment; says whether that is over, for good or because it is gone, or cannot be done now. */
    private boolean read(Path path, Reading reading) throws IOException {
        for (int tries = 1; ; tries++) {
            try (SpoolFiles.OpenFile file = files.openToRead(path)) {
                reading.read(file);
                return true;
            } catch (NoSuchFileException e) {
                return true; // somebody deleted it just now
            } catch (IOException e) {
                if (tries == READS_BEFORE_GIVING_UP) {
                    slot.requireReadable(e);
                    damagedSegments++;
                    Disposal.note("a segment cannot be read", e);
                    return false;
                }
            }
        }
    }

    /**
     * What is behind a segment that cannot be read will be delivered, and nobody takes this one's batches after that: they
     * are a gap. With nothing behind it they are not known here, and can be read another time.
     */
    private void noteUnreadable() {
        for (Path path : unreadable) {
            SegmentId id = SegmentId.of(path, slot.streamId()).orElseThrow();
            SpoolRun run = byEpoch.get(id.epoch());
            OptionalLong behind = run == null
                    ? OptionalLong.empty()
                    : run.segments().stream()
                            .mapToLong(segment -> segment.id().firstSequence())
                            .filter(first -> first > id.firstSequence())
                            .min();
            if (run != null && behind.isPresent()) {
                long through = behind.getAsLong() - 1;
                run.addGapParts(new Stored.Gap(id.firstSequence(), through, 0, Stored.Gap.UNREADABLE));
                run.unreadable().put(through, path);
            }
        }
    }

    private void add(Path path, List<Found> found, List<Path> nameless) throws IOException {
        SegmentId named = SegmentId.of(path, slot.streamId()).orElseThrow();
        boolean read = read(path, file -> {
            ByteBuffer start = ByteBuffer.allocate(SegmentHeader.BYTES);
            file.read(start, 0);
            start.flip();
            Optional<SegmentHeader> header = SegmentHeader.decode(start)
                    .filter(decoded ->
                            decoded.id().equals(named.ofStream(decoded.id().streamId())));
            SegmentId id = header.map(SegmentHeader::id).orElse(named);
            Walked walked = walk(file, path, id, header.map(SegmentHeader::createdMillis));
            if (header.isPresent()) {
                streams.add(id.streamId());
            }
            boolean blank = !walked.damaged() && start.equals(ByteBuffer.allocate(start.limit()));
            if (!walked.segment().isEmpty()) {
                found.add(new Found(chainOf(path), walked.segment()));
                damagedSegments += walked.damaged() || header.isEmpty() ? 1 : 0;
            } else if (header.isEmpty() && !blank) {
                nameless.add(path);
            } else {
                damagedSegments += walked.damaged() ? 1 : 0;
                disposal.delete(path, file.size());
            }
        });
        if (!read) {
            unreadable.add(path);
        }
    }

    /** Tries a segment with the ids of other streams: it is of another than the slot now, and its header is damaged. */
    private void addNameless(Path path, List<Found> found) throws IOException {
        SegmentId named = SegmentId.of(path, slot.streamId()).orElseThrow();
        read(path, file -> {
            Segment segment = null;
            for (UUID stream : streams) {
                if (segment == null || segment.isEmpty()) {
                    segment = walk(file, path, named.ofStream(stream), Optional.empty())
                            .segment();
                }
            }
            damagedSegments++;
            if (segment == null || segment.isEmpty()) {
                disposal.delete(path, file.size());
            } else {
                found.add(new Found(chainOf(path), segment));
            }
        });
    }

    private static String chainOf(Path segment) {
        Path chain = segment.getParent();
        return chain == null ? "" : chain.getFileName().toString();
    }

    /** What a walk found. */
    private record Walked(Segment segment, boolean damaged) {}

    private Walked walk(SpoolFiles.OpenFile file, Path path, SegmentId id, Optional<Long> created) throws IOException {
        long size = file.size();
        long acked = slot.savedAcks().getOrDefault(id.epoch(), 0L);
        long ackedRecords = 0;
        SegmentReader walk = new SegmentReader(file, id);
        Optional<FrameHeader> frame = walk.next(size);
        long createdMillis =
                created.orElse(frame.map(FrameHeader::createdMillis).orElse(0L));
        Segment segment = new Segment(id, path, priorities.applyAsInt(chainOf(path)), createdMillis, size);
        for (; frame.isPresent(); frame = walk.next(size)) {
            segment.added(frame.get(), walk.position());
            ackedRecords = frame.get().sequence() <= acked ? walk.records() : ackedRecords;
        }
        if (acked >= id.firstSequence() && acked < segment.lastSequence()) {
            segment.passed(acked, ackedRecords);
        }
        return new Walked(segment, walk.isDamaged());
    }

    /**
     * A segment begins where the writer was sure of all before it. What an earlier one holds from there on was not forced,
     * could not be cut off, and may have holes.
     */
    private void cutOverlaps(SpoolRun run) throws IOException {
        List<Segment> segments = List.copyOf(run.segments());
        for (int i = 0; i + 1 < segments.size(); i++) {
            Segment segment = segments.get(i);
            long before = segments.get(i + 1).id().firstSequence();
            if (segment.lastSequence() >= before) {
                read(segment.path(), file -> cut(segment, file, before));
                if (segment.isEmpty()) {
                    run.segments().remove(segment);
                    disposal.delete(segment.path(), segment.fileBytes());
                }
            }
        }
    }

    private static void cut(Segment segment, SpoolFiles.OpenFile file, long before) throws IOException {
        SegmentReader walk = new SegmentReader(file, segment.id());
        long sequence = segment.id().firstSequence() - 1;
        long end = SegmentHeader.BYTES;
        long records = 0;
        long size = file.size();
        Optional<FrameHeader> frame = walk.next(size);
        while (frame.isPresent() && frame.get().sequence() < before) {
            sequence = frame.get().sequence();
            end = walk.position();
            records = walk.records();
            frame = walk.next(size);
        }
        segment.cutTo(sequence, end, records);
    }

    private void addGaps() {
        for (GapFile.Entry entry : slot.savedGaps()) {
            SpoolRun run = run(entry.epoch(), entry.streamId(), entry.chain());
            if (!isReadableAgain(run, entry.gap())) {
                run.addGap(entry.gap());
            }
        }
    }

    /** The segment could not be read at the last start, and can be now. */
    private static boolean isReadableAgain(SpoolRun run, Stored.Gap gap) {
        return gap.reason().equals(Stored.Gap.UNREADABLE)
                && run.segments().stream().anyMatch(segment -> segment.id().firstSequence() == gap.from());
    }

    private void addAcks() {
        NavigableMap<Long, Long> acks = slot.savedAcks();
        for (SpoolRun run : byEpoch.values()) {
            long acked = Math.min(acks.getOrDefault(run.epoch(), 0L), run.last());
            run.acked(Math.max(acked, run.first() - 1));
            Segment first = run.segments().peekFirst();
            while (first != null && first.lastSequence() <= run.acked()) {
                run.segments().remove(first);
                disposal.delete(first.path(), first.fileBytes());
                first = run.segments().peekFirst();
            }
            run.gaps().values().removeIf(gap -> gap.through() <= run.acked());
            run.appended(run.last());
            run.synced(run.last());
        }
    }
}
