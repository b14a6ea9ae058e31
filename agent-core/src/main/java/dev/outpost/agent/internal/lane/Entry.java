package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.ClosedBatch;
import org.jspecify.annotations.Nullable;

/** A numbered batch in memory, or batches that were given up and leave a gap. Control loop only. */
public final class Entry {

    private final long from;
    private final long through;
    private final int records;
    private @Nullable ClosedBatch batch;
    private String reason = "";
    private boolean stored;

    /** A batch. */
    Entry(long sequence, ClosedBatch batch, boolean stored) {
        this.from = sequence;
        this.through = sequence;
        this.records = batch.records();
        this.batch = batch;
        this.stored = stored;
    }

    /** A gap. */
    Entry(long from, long through, int records, String reason, boolean stored) {
        this.from = from;
        this.through = through;
        this.records = records;
        this.reason = reason;
        this.stored = stored;
    }

    /** The first number that it stands for. */
    public long from() {
        return from;
    }

    /** The last number that it stands for; that of the batch if it is one. */
    public long through() {
        return through;
    }

    /** How many records it holds, or held. */
    public int records() {
        return records;
    }

    /** The batch, or null for a gap. */
    public @Nullable ClosedBatch batch() {
        return batch;
    }

    /** Why it is a gap. */
    public String reason() {
        return reason;
    }

    /** Bytes in memory. */
    int bytes() {
        ClosedBatch present = batch;
        return present == null ? 0 : present.bytes();
    }

    /** Whether the spool has it, so that its records count as spooled. */
    boolean isStored() {
        return stored;
    }

    void stored(boolean isStored) {
        stored = isStored;
    }

    /** Gives the batch up. */
    void giveUp(String why) {
        batch = null;
        reason = why;
    }

    /** The same under numbers that are lower by {@code shift}. */
    Entry renumbered(long shift) {
        ClosedBatch present = batch;
        return present == null
                ? new Entry(from - shift, through - shift, records, reason, stored)
                : new Entry(from - shift, present, stored);
    }
}
