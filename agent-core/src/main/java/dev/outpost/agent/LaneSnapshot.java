package dev.outpost.agent;

import java.util.Map;

/**
 * The account of one lane at one moment: {@code emitted + recovered = delivered + spooled + inMemory + dropped}, always.
 *
 * @param name which lane: the signal, and the destination when it is not the control center
 * @param emitted log records, or metric points, that publishers have handed in
 * @param recovered found in the spool, where earlier runs of an agent had left them
 * @param delivered acknowledged by the destination
 * @param spooled on disk, and not delivered
 * @param inMemory in ring, batches and lane, and not on disk
 * @param dropped given up, by reason
 */
public record LaneSnapshot(
        String name,
        long emitted,
        long recovered,
        long delivered,
        long spooled,
        long inMemory,
        Map<String, Long> dropped) {

    /** Copies the map. */
    public LaneSnapshot {
        dropped = Map.copyOf(dropped);
    }

    /** All that was given up. */
    public long droppedTotal() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }
}
