package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.internal.proto.Wire;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.schedule.AgentClock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes records out of one ring, puts them one behind the other into a batch, and hands closed batches to the lanes. Owned
 * by the telemetry loop.
 *
 * <p>Each record becomes field 2 of the body, which is {@code log_records} of {@code ScopeLogs} and {@code metrics} of
 * {@code ScopeMetrics} alike.
 */
final class BatchCutter {

    private static final int RECORD_TAG = 2 << 3 | Wire.LENGTH_DELIMITED;
    private static final int SLOTS_PER_CYCLE = 512;
    private static final int SMALLEST_ARRAY = 4 * 1024;

    private final Signal signal;
    private final TelemetryRing ring;
    private final BatchLimits limits;
    private final List<Outlet> outlets;
    private final AgentClock clock;

    private byte[] open = new byte[SMALLEST_ARRAY];
    private int length;
    private int records;
    private long oldest;
    private long openFrom;

    private int slotsTaken;
    private @Nullable ClosedBatch held;
    private long heldFrom;
    private final boolean[] served;

    BatchCutter(Signal signal, TelemetryRing ring, BatchLimits limits, List<Outlet> outlets, AgentClock clock) {
        this.signal = signal;
        this.ring = ring;
        this.limits = limits;
        this.outlets = List.copyOf(outlets);
        this.clock = clock;
        this.served = new boolean[outlets.size()];
    }

    /** Does a bounded piece of work: takes slots, closes what is due. */
    int doWork() {
        if (held != null && !handOver(held)) {
            return 0;
        }
        slotsTaken = 0;
        try {
            ring.poll(this::onSlot);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("taking a record threw a checked exception", e);
        }
        if (records > 0 && held == null && clock.nanoTime() - oldest >= limits.nanos()) {
            close();
            return slotsTaken + 1;
        }
        return slotsTaken;
    }

    private boolean onSlot(RecordSlot slot, long sequence, boolean endOfBatch) {
        slotsTaken++;
        try {
            if (slot.items() > 0) {
                append(slot, sequence);
            }
        } finally {
            ring.release(slot);
        }
        boolean due = length >= limits.bytes() || (records >= limits.records() && !backedUp());
        if (due) {
            close();
        }
        return held == null && slotsTaken < SLOTS_PER_CYCLE;
    }

    private void append(RecordSlot slot, long sequence) {
        int size = slot.length();
        if (records == 0) {
            oldest = clock.nanoTime();
            openFrom = sequence;
        }
        if (length + size + 6 > open.length) {
            open = Arrays.copyOf(open, Math.max(length + size + 6, 2 * open.length));
        }
        open[length++] = RECORD_TAG;
        length = Wire.putVarint(open, length, size);
        System.arraycopy(slot.bytes(), 0, open, length, size);
        length += size;
        records += slot.items();
    }

    private boolean backedUp() {
        for (int i = 0; i < outlets.size(); i++) {
            if (outlets.get(i).gate().backedUp()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether everything that was published up to {@code sequence} has been handed over. If it waits in the open batch, that
     * is closed before its time, unless another is held back.
     */
    boolean passed(long sequence) {
        if (ring.consumed() < sequence) {
            return false;
        }
        if (records > 0 && held == null && openFrom <= sequence) {
            close();
        }
        // What is still here may be newer: a flush must not wait for the records that follow it.
        return (held == null || heldFrom > sequence) && (records == 0 || openFrom > sequence);
    }

    private void close() {
        // A copy of the exact size: the lane holds what it counts, and the array here is made and zeroed only once.
        ByteBuffer body = ByteBuffer.wrap(Arrays.copyOf(open, length));
        ClosedBatch batch = new ClosedBatch(signal, records, body, clock.nanoTime());
        if (open.length > 2 * limits.bytes()) {
            open = new byte[SMALLEST_ARRAY]; // one large record is no reason to stay large
        }
        length = 0;
        records = 0;
        Arrays.fill(served, false);
        heldFrom = openFrom;
        handOver(batch);
    }

    /** Offers the batch to the lanes that have not got it yet; false while one of them is worth waiting for. */
    private boolean handOver(ClosedBatch batch) {
        long now = clock.nanoTime();
        boolean done = true;
        for (int i = 0; i < outlets.size(); i++) {
            if (served[i]) {
                continue;
            }
            Outlet outlet = outlets.get(i);
            if (outlet.gate().tryReserve(batch.bytes())) {
                outlet.accept(batch);
                served[i] = true;
            } else if (outlet.gate().moving(now)) {
                done = false;
            } else {
                outlet.refuse(batch);
                served[i] = true;
            }
        }
        held = done ? null : batch;
        return done;
    }

    long cursor() {
        return ring.cursor();
    }
}
