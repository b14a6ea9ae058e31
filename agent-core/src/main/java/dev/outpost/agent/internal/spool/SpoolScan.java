package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * Finds out what a slot holds that somebody left there, by reading it: headers only, one segment at a time. Nothing is
 * changed but that segments without frames are deleted.
 */
final class SpoolScan {

    private final SlotDirectory slot;
    private final SpoolFiles files;
    private final ToIntFunction<String> priorities;
    private final Map<Long, SpoolRun> byEpoch = new TreeMap<>();
    private int damagedSegments;

    /** A scan, with the class of each chain by its name. */
    SpoolScan(SlotDirectory slot, SpoolFiles files, ToIntFunction<String> priorities) {
        this.slot = slot;
        this.files = files;
        this.priorities = priorities;
    }

    /** The runs that hold something, oldest first. */
    List<SpoolRun> runs() throws IOException {
        List<Segment> segments = new ArrayList<>();
        Map<Long, String> chainOf = new TreeMap<>();
        for (Path chain : slot.chains()) {
            for (Path file : files.list(chain)) {
                Optional<SegmentId> id = SegmentId.of(file, slot.streamId());
                if (id.isPresent()) {
                    String name = chain.getFileName().toString();
                    scan(file, id.get(), name).ifPresent(segments::add);
                    chainOf.put(id.get().epoch(), name);
                }
            }
        }
        segments.sort(Comparator.comparingLong((Segment segment) -> segment.id().epoch())
                .thenComparing(segment -> segment.id().firstSequence(), Long::compareUnsigned));
        for (Segment segment : segments) {
            String chain = chainOf.getOrDefault(segment.id().epoch(), "");
            run(segment.id().epoch(), segment.id().streamId(), chain).segments().add(segment);
        }
        addGaps();
        addAcks();
        List<SpoolRun> found = new ArrayList<>(byEpoch.values());
        found.removeIf(SpoolRun::isEmpty);
        return found;
    }

    /** Segments in which something is neither a frame nor zeros. */
    int damagedSegments() {
        return damagedSegments;
    }

    private SpoolRun run(long epoch, UUID streamId, String chain) {
        return byEpoch.computeIfAbsent(
                epoch,
                e -> new SpoolRun(new SpoolRun.Chain(chain, priorities.applyAsInt(chain)), streamId, epoch, slot));
    }

    private Optional<Segment> scan(Path path, SegmentId named, String chain) throws IOException {
        try (SpoolFiles.OpenFile file = files.openToRead(path)) {
            long size = file.size();
            ByteBuffer start = ByteBuffer.allocate(SegmentHeader.BYTES);
            file.read(start, 0);
            Optional<SegmentHeader> header = SegmentHeader.decode(start.flip())
                    .filter(read ->
                            read.id().epoch() == named.epoch() && read.id().firstSequence() == named.firstSequence());
            SegmentId id = header.map(SegmentHeader::id).orElse(named);
            long created = header.map(SegmentHeader::createdMillis).orElse(0L);
            Segment segment = new Segment(id, path, priorities.applyAsInt(chain), created, size);
            SegmentReader walk = new SegmentReader(file, id);
            for (Optional<FrameHeader> frame = walk.next(size); frame.isPresent(); frame = walk.next(size)) {
                segment.added(frame.get(), walk.position());
            }
            if (walk.isDamaged() || (header.isEmpty() && !segment.isEmpty())) {
                damagedSegments++;
            }
            if (!segment.isEmpty()) {
                return Optional.of(segment);
            }
        }
        files.delete(path);
        return Optional.empty();
    }

    private void addGaps() throws IOException {
        for (GapFile.Entry entry : slot.gaps().read()) {
            SpoolRun run = byEpoch.get(entry.epoch());
            if (run != null) {
                run.addGap(entry.gap());
            } else {
                run(entry.epoch(), slot.streamId(), entry.chain()).addGap(entry.gap());
            }
        }
    }

    private void addAcks() throws IOException {
        NavigableMap<Long, Long> acks = slot.acks().read();
        for (SpoolRun run : byEpoch.values()) {
            long acked = Math.min(acks.getOrDefault(run.epoch(), 0L), run.last());
            run.acked(Math.max(acked, run.first() - 1));
            while (!run.segments().isEmpty() && run.segments().getFirst().lastSequence() <= run.acked()) {
                files.delete(run.segments().removeFirst().path());
            }
            run.gaps().values().removeIf(gap -> gap.through() <= run.acked());
            run.appended(run.last());
            run.synced(run.last());
        }
    }
}
