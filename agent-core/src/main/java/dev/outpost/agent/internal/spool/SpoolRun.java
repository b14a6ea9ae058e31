package dev.outpost.agent.internal.spool;

import java.util.ArrayDeque;
import java.util.Deque;
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
    private final RunReader reader = new RunReader(this);
    private @Nullable SegmentWriter writer;
    private long acked;
    private long appended;
    private long synced;
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

    RunReader reader() {
        return reader;
    }

    @Nullable SegmentWriter writer() {
        return writer;
    }

    void writer(@Nullable SegmentWriter next) {
        writer = next;
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

    /** The caller's newest attempt. */
    int attempt() {
        return attempt;
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

    /** Notes batches that are gone; neighbours of one reason become one, which is returned. */
    Stored.Gap addGap(Stored.Gap gap) {
        Map.Entry<Long, Stored.Gap> before = gaps.floorEntry(gap.from());
        Stored.Gap merged = gap;
        if (before != null
                && before.getValue().through() >= gap.from() - 1
                && before.getValue().reason().equals(gap.reason())) {
            Stored.Gap old = before.getValue();
            merged = new Stored.Gap(
                    old.from(), Math.max(old.through(), gap.through()), old.records() + gap.records(), gap.reason());
        }
        gaps.put(merged.from(), merged);
        return merged;
    }

    /** The gap in which {@code sequence} lies. */
    Optional<Stored.Gap> gapAt(long sequence) {
        return Optional.ofNullable(gaps.floorEntry(sequence))
                .map(Map.Entry::getValue)
                .filter(gap -> gap.through() >= sequence);
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
