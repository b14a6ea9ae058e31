package dev.outpost.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A steady rate: a small burst each millisecond; a step that comes late is made up for. One thread. */
final class Pace {

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long STEPS_PER_SECOND = TimeUnit.SECONDS.toNanos(1) / STEP_NANOS;

    private final int burst;
    private final long start = System.nanoTime();
    private long next = start;
    private long latest;

    Pace(int perSecond) {
        if (perSecond % STEPS_PER_SECOND != 0) {
            throw new IllegalArgumentException("a rate must be a multiple of " + STEPS_PER_SECOND);
        }
        this.burst = (int) (perSecond / STEPS_PER_SECOND);
    }

    /** How many to do at once. */
    int burst() {
        return burst;
    }

    /** Waits until the next burst is due. */
    void awaitNext() {
        next += STEP_NANOS;
        long now = System.nanoTime();
        latest = Math.max(latest, now - next);
        while (now < next) {
            LockSupport.parkNanos(next - now);
            now = System.nanoTime();
        }
    }

    /** By how much the worst burst was late, in milliseconds. */
    double latestMillis() {
        return latest / 1e6;
    }

    /** Since the beginning. */
    long elapsedNanos() {
        return System.nanoTime() - start;
    }
}
