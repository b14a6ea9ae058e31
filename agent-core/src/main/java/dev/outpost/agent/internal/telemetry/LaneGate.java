package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.spool.LaneOverflow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room in a lane, as the telemetry loop sees it: bytes held, and whether they are on the move. The control loop gives bytes
 * back and reports progress; the telemetry loop reserves.
 */
public final class LaneGate {

    /** Batches of this class or below find less room. */
    private static final int BULK = 2;

    /** No look at the clock counts for more: the process may have been suspended since the one before. */
    private static final long LONGEST_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final long maxBytes;
    private final long maxBulkBytes;
    private final LaneOverflow overflow;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong wanted = new AtomicLong();
    private volatile boolean connected;
    private volatile boolean spoolWorks;
    private volatile boolean spooling;
    private volatile long lastProgress;
    private volatile int unsent;

    // The telemetry loop's: how long a batch has waited for room since something was taken.
    private boolean waiting;
    private long waitedNanos;
    private long lookedAt;
    private long progressThen;

    /** A gate of that many bytes. */
    public LaneGate(long maxBytes, LaneOverflow overflow) {
        this.maxBytes = maxBytes;
        this.maxBulkBytes = maxBytes - maxBytes / 8;
        this.overflow = overflow;
    }

    /** Takes room for a batch. A single batch always fits into an empty lane. */
    boolean tryReserve(int size, int priority) {
        long after = bytes.addAndGet(size);
        if (after > (priority >= BULK ? maxBulkBytes : maxBytes) && after != size) {
            bytes.addAndGet(-size);
            return false;
        }
        if (after <= maxBulkBytes) {
            waiting = false; // there is room for all classes
        }
        return true;
    }

    /** Takes room for what comes back from the spool, which is little at a time, whether there is any or not. */
    public void take(int size) {
        bytes.addAndGet(size);
    }

    /**
     * Whether a full lane is worth waiting for: something was taken from it lately, or it has only just become full, or the
     * oldest is being dropped. Asked again and again while a batch waits.
     *
     * @param size what waits
     */
    public boolean moving(long now, int size) {
        return switch (overflow.action()) {
            case DROP_NEWEST -> false;
            case DROP_OLDEST -> {
                // The oldest cannot go when all are under way: then the others of the ring must not wait for ever.
                wanted.accumulateAndGet(size, Math::max);
                yield waited(now) < overflow.patience().toNanos();
            }
            case SPILL, BLOCK ->
                (connected || spoolWorks) && waited(now) < overflow.patience().toNanos();
        };
    }

    /** Not simply the time since something was taken: nothing is while there is nothing to take. */
    private long waited(long now) {
        long progress = lastProgress;
        if (!waiting || progress != progressThen) {
            waiting = true;
            progressThen = progress;
            waitedNanos = 0;
        } else {
            waitedNanos += Math.min(now - lookedAt, LONGEST_STEP_NANOS);
        }
        lookedAt = now;
        return waitedNanos;
    }

    /** How many bytes are to be made free by dropping the oldest; asked for once. */
    public long takeWanted() {
        return wanted.get() == 0 ? 0 : wanted.getAndSet(0);
    }

    /** Whether batches wait to be sent: then larger ones serve better than earlier ones. */
    boolean backedUp() {
        return unsent > 0 || spooling;
    }

    /** Whether it is time to write to the spool. */
    public boolean isNearlyFull() {
        return bytes.get() > maxBytes / 2;
    }

    /** Gives room back. */
    public void release(int size) {
        bytes.addAndGet(-size);
    }

    /** Bytes held. */
    public long heldBytes() {
        return bytes.get();
    }

    /** The far end is there, or not. */
    public void connected(boolean connected, long now) {
        this.lastProgress = now;
        this.connected = connected;
    }

    /** There is a spool that works or is being opened, or there is none that does. */
    public void spoolWorks(boolean works) {
        spoolWorks = works;
    }

    /** What comes is written to the spool, or not. */
    public void spooling(boolean spooling) {
        if (this.spooling != spooling) {
            this.spooling = spooling;
        }
    }

    /** Something was taken. */
    public void progress(long now) {
        lastProgress = now;
    }

    /** How many batches wait to be sent. */
    public void unsent(int count) {
        if (unsent != count) {
            unsent = count;
        }
    }
}
