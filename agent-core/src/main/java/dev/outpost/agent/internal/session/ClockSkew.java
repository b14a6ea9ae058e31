package dev.outpost.agent.internal.session;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * How far the control center's wall clock is ahead of ours, from the stamps of its answers: it is taken to have stamped in the
 * middle between our sending and our receiving (RFC 5905, section 8, with one stamp of the other side). Written by the control loop, read by
 * any thread.
 *
 * <p>What time it is there now is the newest stamp, and what has passed since by the monotonic clock: so it stays right when somebody sets
 * our wall clock.
 */
public final class ClockSkew {

    private volatile boolean known;
    private volatile long nanos;

    // Control loop only.
    private long newestStamp;
    private long newestNanoTime;

    /** Without any answer yet. */
    public ClockSkew() {}

    /**
     * An answer came.
     *
     * @param sentEpochNanos when the question was sent, by our clock
     * @param stampedEpochNanos the answer's stamp, by the other clock; 0 when it has none
     * @param receivedEpochNanos now, by our clock
     * @param nanoTime now, by the monotonic clock
     */
    void answered(long sentEpochNanos, long stampedEpochNanos, long receivedEpochNanos, long nanoTime) {
        if (stampedEpochNanos != 0) {
            newestStamp = stampedEpochNanos;
            newestNanoTime = nanoTime;
            nanos = stampedEpochNanos - (sentEpochNanos + (receivedEpochNanos - sentEpochNanos) / 2);
            known = true;
        }
    }

    /** Milliseconds that the other clock is ahead; empty before the first answer. */
    public OptionalLong millis() {
        return known ? OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(nanos)) : OptionalLong.empty();
    }

    /** How old something is that was stamped by the other clock; 0 when that is not known. Control loop only. */
    long ageNanos(long stampedEpochNanos, long nanoTime) {
        return known && stampedEpochNanos != 0 ? newestStamp + (nanoTime - newestNanoTime) - stampedEpochNanos : 0;
    }
}
