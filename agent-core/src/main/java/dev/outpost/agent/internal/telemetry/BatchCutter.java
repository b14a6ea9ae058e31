package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Compression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes records out of one ring, puts them into the open batch of their class, and hands closed batches to the lanes. Owned
 * by the telemetry loop.
 */
final class BatchCutter {

    private static final int SLOTS_PER_CYCLE = 512;
    private static final long MOST_NANOS_IMPORTANT = TimeUnit.SECONDS.toNanos(1);

    private final TelemetryRing ring;
    private final BatchLimits limits;
    private final List<Outlet> outlets;
    private final AgentClock clock;
    private final boolean compresses;
    private final OpenBatch[] open;

    private int slotsTaken;
    private @Nullable ClosedBatch held;
    private @Nullable ClosedBatch heldCompressed;
    private long heldFrom;
    private final boolean[] served;

    BatchCutter(Signal signal, TelemetryRing ring, BatchLimits limits, List<Outlet> outlets, AgentClock clock) {
        this.ring = ring;
        this.limits = limits;
        this.outlets = List.copyOf(outlets);
        this.clock = clock;
        this.served = new boolean[outlets.size()];
        this.compresses = outlets.stream().anyMatch(outlet -> outlet.compression() == Compression.GZIP);
        List<OpenBatch> classes = new ArrayList<>();
        classes.add(new OpenBatch(signal, ClosedBatch.IMPORTANT, limits.bytes()));
        if (signal == Signal.LOGS) {
            classes.add(new OpenBatch(signal, ClosedBatch.BULK, limits.bytes()));
        }
        this.open = classes.toArray(OpenBatch[]::new);
    }

    /** Does a bounded piece of work: takes slots, closes what is due. */
    int doWork() {
        if (!handOver()) {
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
        return slotsTaken + closeWhatIsDue();
    }

    private boolean onSlot(RecordSlot slot, long sequence, boolean endOfBatch) {
        slotsTaken++;
        OpenBatch batch = open[slot.priority() == ClosedBatch.BULK ? open.length - 1 : 0];
        try {
            if (slot.items() > 0) {
                batch.append(slot, sequence, batch.isEmpty() ? clock.nanoTime() : 0);
            }
        } finally {
            ring.release(slot);
        }
        if (batch.length() >= limits.bytes() || (batch.records() >= limits.records() && !backedUp())) {
            close(batch);
        }
        return held == null && slotsTaken < SLOTS_PER_CYCLE;
    }

    /** Batches that are old, or that somebody waits for when the ring has nothing more to add. */
    private int closeWhatIsDue() {
        int closed = 0;
        for (int i = 0; i < open.length && held == null; i++) {
            OpenBatch batch = open[i];
            if (!batch.isEmpty() && (isOld(batch, i) || (batch.isAwaited() && slotsTaken < SLOTS_PER_CYCLE))) {
                close(batch);
                closed++;
            }
        }
        return closed;
    }

    private boolean isOld(OpenBatch batch, int index) {
        boolean hurry = index == 0 && open.length > 1; // few records are important: they need not fill a batch
        long most = hurry ? Math.min(MOST_NANOS_IMPORTANT, limits.nanos()) : limits.nanos();
        return clock.nanoTime() - batch.oldestNanos() >= most;
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
     * Whether everything that was published up to {@code sequence} has been handed over. What waits in an open batch is
     * closed before its time, unless another is held back.
     */
    boolean passed(long sequence) {
        if (ring.consumed() < sequence) {
            return false;
        }
        boolean passed = true;
        for (OpenBatch batch : open) {
            if (!batch.isEmpty() && held == null && batch.firstSlot() <= sequence) {
                close(batch);
            }
            // What is still here may be newer: a flush must not wait for the records that follow it.
            passed &= batch.isEmpty() || batch.firstSlot() > sequence;
        }
        return passed && (held == null || heldFrom > sequence);
    }

    private void close(OpenBatch batch) {
        heldFrom = batch.firstSlot();
        Arrays.fill(served, false);
        ClosedBatch closed = batch.close(clock.nanoTime());
        held = closed;
        heldCompressed = compresses ? GzipBodies.compress(closed) : closed;
        handOver();
    }

    /** Offers what is held to the lanes that have not got it yet; false while one of them is worth waiting for. */
    private boolean handOver() {
        ClosedBatch plain = held;
        ClosedBatch compressed = heldCompressed;
        if (plain == null || compressed == null) {
            return true;
        }
        long now = clock.nanoTime();
        boolean done = true;
        for (int i = 0; i < outlets.size(); i++) {
            if (served[i]) {
                continue;
            }
            Outlet outlet = outlets.get(i);
            ClosedBatch batch = outlet.compression() == Compression.GZIP ? compressed : plain;
            if (outlet.gate().tryReserve(batch.bytes(), batch.priority())) {
                outlet.accept(batch);
                served[i] = true;
            } else if (outlet.gate().moving(now, batch.bytes())) {
                done = false;
            } else {
                outlet.refuse(batch);
                served[i] = true;
            }
        }
        if (done) {
            held = null;
            heldCompressed = null;
        }
        return done;
    }

    long cursor() {
        return ring.cursor();
    }
}
