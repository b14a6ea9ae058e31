package dev.outpost.agent.internal.spool;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run of one chain: batches 1, 2, 3 … under one stream id and epoch, of which some are here. Its identity may be read by
 * any thread; all else belongs to the disk thread.
 */
public final class SpoolRun {

    private final Chain chain;
    private final UUID streamId;
    private final long epoch;
    private final SlotDirectory slot;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final NavigableMap<Long, Stored.Gap> gaps = new TreeMap<>();
    private final NavigableMap<Long, Path> unreadable = new TreeMap<>();
    private final RunReader reader = new RunReader(this);
    private @Nullable SegmentWriter writer;
    private long acked;
    private long appended;
    private long synced;
    private long told;
    private int attempt;
    private int refusedAttempt = -1;

    SpoolRun(Chain chain, UUID streamId, long epoch, SlotDirectory slot) {
        this.chain = chain;
        this.streamId = streamId;
        this.epoch = epoch;
        this.slot = slot;
    }

    /**
     * A chain: the segments of one lane and priority class.
     *
     * @param name names its directory: lower-case letters, digits, dots and hyphens
     * @param priority 0 the most important
     */
    public record Chain(String name, int priority) {}

    /** Which chain it belongs to. */
    public Chain chain() {
        return chain;
    }

    /** First part of its identity. */
    public UUID streamId() {
        return streamId;
    }

    /** Second part of its identity. */
    public long epoch() {
        return epoch;
    }

    SlotDirectory slot() {
        return slot;
    }

    Deque<Segment> segments() {
        return segments;
    }

    /** Segments that could not be read at the start, by the last number that they can hold. */
    NavigableMap<Long, Path> unreadable() {
        return unreadable;
    }

    RunReader reader() {
        return reader;
    }

    @Nullable SegmentWriter writer() {
        return writer;
    }

    void writer(@Nullable SegmentWriter next) {
        writer = next;
    }

    /** Whether a segment is the one that is written. */
    boolean writes(Segment segment) {
        return writer != null && writer.segment() == segment;
    }

    long acked() {
        return acked;
    }

    void acked(long through) {
        acked = Math.max(acked, through);
    }

    long appended() {
        return appended;
    }

    void appended(long sequence) {
        appended = sequence;
    }

    long synced() {
        return synced;
    }

    void synced(long sequence) {
        synced = sequence;
    }

    /** Whether appends of this attempt are passed over, because one of them failed. */
    boolean refuses(int attempt) {
        this.attempt = Math.max(this.attempt, attempt);
        return attempt <= refusedAttempt;
    }

    /** An append failed: all that follows it under the same attempt is passed over. */
    void refuse() {
        refusedAttempt = attempt;
        appended = synced;
    }

    NavigableMap<Long, Stored.Gap> gaps() {
        return gaps;
    }

    /** Batches up to {@code sequence} were given out, and the gaps among them. */
    void told(long sequence) {
        told = Math.max(told, sequence);
    }

    /** Notes batches that are gone, in front of or behind all other gaps. One becomes part of its neighbour, if that was not told. */
    void addGap(Stored.Gap gap) {
        Map.Entry<Long, Stored.Gap> before = gaps.lowerEntry(gap.from());
        Stored.Gap merged = gap;
        if (before != null) {
            Stored.Gap old = before.getValue();
            long records = (long) old.records() + gap.records();
            if (old.through() == gap.from() - 1
                    && old.from() > told
                    && old.reason().equals(gap.reason())
                    && records <= Integer.MAX_VALUE) {
                merged = new Stored.Gap(old.from(), gap.through(), (int) records, gap.reason());
            }
        }
        gaps.put(merged.from(), merged);
    }

    /** Notes batches of which some may be noted already. */
    void addGapParts(Stored.Gap gap) {
        long records = gap.records();
        for (Stored.Gap noted :
                gaps.subMap(gap.from(), true, gap.through(), true).values()) {
            records -= noted.records();
        }
        for (Stored.Gap part : outsideGaps(gap.from(), gap.through(), gap.reason())) {
            addGap(new Stored.Gap(part.from(), part.through(), toRecords(Math.max(0, records)), gap.reason()));
            records = 0;
        }
    }

    /** What of {@code from} to {@code through} is in no gap; the gaps given have the reason, and no records. */
    List<Stored.Gap> outsideGaps(long from, long through, String reason) {
        List<Stored.Gap> parts = new ArrayList<>();
        long at = from;
        while (at <= through) {
            Optional<Stored.Gap> gap = gapAt(at);
            if (gap.isPresent()) {
                at = gap.get().through() + 1;
            } else {
                long end = Math.min(through, firstGapFrom(at) - 1);
                parts.add(new Stored.Gap(at, end, 0, reason));
                at = end + 1;
            }
        }
        return parts;
    }

    /** Records as a gap tells them. */
    static int toRecords(long records) {
        return (int) Math.min(Integer.MAX_VALUE, records);
    }

    /** The gap in which {@code sequence} lies. */
    Optional<Stored.Gap> gapAt(long sequence) {
        return Optional.ofNullable(gaps.floorEntry(sequence))
                .map(Map.Entry::getValue)
                .filter(gap -> gap.through() >= sequence);
    }

    /** Where the first gap from {@code sequence} on begins; {@link Long#MAX_VALUE} when there is none. */
    long firstGapFrom(long sequence) {
        Long from = gaps.ceilingKey(sequence);
        return from == null ? Long.MAX_VALUE : from;
    }

    /** Whether any number from {@code from} to {@code through} is in a gap. */
    boolean hasGapIn(long from, long through) {
        Map.Entry<Long, Stored.Gap> before = gaps.floorEntry(through);
        return before != null && before.getValue().through() >= from;
    }

    /** The last number that it knows of. */
    long last() {
        long last = segments.isEmpty() ? 0 : segments.getLast().lastSequence();
        return gaps.isEmpty()
                ? last
                : Math.max(last, gaps.lastEntry().getValue().through());
    }

    /** The first number that it has or knows to be gone; {@link Long#MAX_VALUE} when there is none. */
    long first() {
        long first = Long.MAX_VALUE;
        for (Segment segment : segments) {
            if (!segment.isEmpty()) {
                first = segment.id().firstSequence();
                break;
            }
        }
        return gaps.isEmpty() ? first : Math.min(first, gaps.firstKey());
    }

    /** Whether nothing of it is left. */
    boolean isEmpty() {
        return segments.isEmpty() && gaps.isEmpty();
    }

    @Override
    public String toString() {
        return chain.name() + " epoch " + epoch;
    }
}
