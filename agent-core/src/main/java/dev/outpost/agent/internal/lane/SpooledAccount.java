package dev.outpost.agent.internal.lane;

import java.util.function.LongConsumer;

/**
 * How much of one run lies in the spool and is not delivered, and what became of what left it, which the lane's account is
 * told. Control loop only.
 *
 * <p>What left is not always known at once. Then the disk counts, and until it has answered nothing that is left is taken
 * for lost.
 */
final class SpooledAccount {

    private final LaneAccount lane;
    private long records;
    private long bytes;
    private String restIs = "corrupt";
    private int counting;
    private int changes;

    SpooledAccount(LaneAccount lane) {
        this.lane = lane;
    }

    /** Records that it is thought to hold. They are too many when it has lost some and has not said so. */
    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    // ---- what comes -----------------------------------------------------------------------------------------------

    /** An earlier process left it; before anything else. */
    void recovered(long foundRecords, long foundBytes) {
        records = foundRecords;
        bytes = foundBytes;
        lane.recovered(records);
    }

    /** A batch came from memory. */
    void stored(Entry entry) {
        records += entry.records();
        bytes += entry.bytes();
        lane.spooled(entry.records());
    }

    // ---- what leaves ----------------------------------------------------------------------------------------------

    /** How many records it holds less without a batch. They are short when the spool could only guess what it had lost. */
    private long leaving(Entry entry) {
        changes++;
        long known = Math.min(entry.records(), records);
        records -= known;
        return known;
    }

    private long atMost(long count) {
        return Math.max(0, Math.min(count, records));
    }

    /** A batch that it holds is delivered. */
    void delivered(Entry entry) {
        bytes -= entry.bytes();
        lane.deliveredFromSpool(leaving(entry));
    }

    /** A batch that it holds, and that is in memory as well, is given up. */
    void gaveUp(Entry entry, String reason) {
        bytes -= entry.bytes();
        lane.droppedFromSpool(reason, leaving(entry));
    }

    /** So many records are in memory only, for the spool has lost them. */
    void unspooled(long count) {
        changes++;
        records -= count;
        lane.unspooled(count);
    }

    /** So many records are lost. */
    void lost(long count, String reason) {
        changes++;
        long gone = atMost(count);
        records -= gone;
        lane.droppedFromSpool(reason, gone);
    }

    // ---- what the disk has to count -------------------------------------------------------------------------------

    /**
     * A part is delivered that the disk has to count. The answer is told how many records those are; less than 0: nobody
     * knows.
     */
    LongConsumer countDelivered() {
        counting++;
        changes++;
        return found -> {
            counting--;
            changes++;
            long known = atMost(found);
            records -= known;
            lane.deliveredFromSpool(known);
        };
    }

    /**
     * A part is lost, and how much that is will be known when the disk has counted what is left. The answer is told how many
     * records those are; less than 0: nobody knows. If anything changes meanwhile it will be known at the end.
     */
    LongConsumer countLeft() {
        long before = records;
        int asked = changes;
        counting++;
        return left -> {
            counting--;
            if (asked == changes && left >= 0) {
                drop(before - left);
            }
        };
    }

    /** Whether an answer is missing. */
    boolean isCounting() {
        return counting > 0;
    }

    // ---- what is left at the end ----------------------------------------------------------------------------------

    /** Why what is left at the end is gone, or is found to be missing. */
    void restIs(String reason) {
        restIs = reason;
    }

    /** All that was there is delivered: what is left is lost, unless an answer is missing. */
    void settle() {
        if (!isCounting()) {
            dropRest();
        }
        bytes = 0;
    }

    /** What is left is lost. */
    void dropRest() {
        drop(records);
    }

    private void drop(long count) {
        if (count > 0) {
            lane.droppedFromSpool(restIs, count);
            records -= count;
        }
    }
}
