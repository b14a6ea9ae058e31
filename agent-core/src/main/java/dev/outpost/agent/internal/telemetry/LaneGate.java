package dev.outpost.agent.internal.telemetry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Room in a lane, as the telemetry loop sees it: bytes held, and whether they are on the move. The control loop gives bytes
 * back and reports progress; the telemetry loop reserves.
 */
public final class LaneGate {

    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean connected;
    private volatile long lastProgress;
    private volatile int unsent;

    /** A gate of that many bytes. */
    public LaneGate(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes room for a batch. A single batch always fits into an empty lane. */
    boolean tryReserve(int size) {
        long after = bytes.addAndGet(size);
        if (after > maxBytes && after != size) {
            bytes.addAndGet(-size);
            return false;
        }
        return true;
    }

    /** Whether a full lane is worth waiting for: its far end is there and took something within the last second. */
    boolean moving(long now) {
        return connected && now - lastProgress < PATIENCE_NANOS;
    }

    /** Whether batches wait to be sent: then larger ones serve better than earlier ones. */
    boolean backedUp() {
        return unsent > 0;
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

    /** The far end took something. */
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
