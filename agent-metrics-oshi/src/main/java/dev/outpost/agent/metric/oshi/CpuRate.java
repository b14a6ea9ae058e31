package dev.outpost.agent.metric.oshi;

import java.util.function.LongSupplier;

/** How many CPUs a total of CPU time used on average between its last two readings. Used by one thread. */
final class CpuRate {

    /** There is nothing to compare with. */
    static final double UNKNOWN = -1;

    private final LongSupplier nanoTime;
    private boolean begun;
    private long readAt;
    private long totalNanos;

    CpuRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Takes the next reading; {@link #UNKNOWN} when it is the first, too soon, or less than the one before. */
    double advance(long nextTotalNanos) {
        long now = nanoTime.getAsLong();
        long elapsed = now - readAt;
        long spent = nextTotalNanos - totalNanos;
        boolean known = begun && elapsed > 0 && spent >= 0;
        begun = true;
        readAt = now;
        totalNanos = nextTotalNanos;
        return known ? (double) spent / elapsed : UNKNOWN;
    }
}
