package dev.outpost.agent.internal.base;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waiting of the telemetry loop: parks 0.1 ms, doubling to 10 ms, so that publishers need not wake it. After some 60 ms
 * without work it parks up to 250 ms at a time, and the first publisher wakes it.
 *
 * <p>Publishers read {@code deep} without a fence. One that misses it leaves its record to the end of the park, 250 ms at
 * the latest; that is cheaper than a fence for every record.
 */
public final class GrowingPark implements IdleStrategy {

    private static final long SHORTEST = 100_000;
    private static final long LONGEST = 10_000_000;
    private static final long DEEP = 250_000_000;
    private static final int LONGEST_BEFORE_DEEP = 5;

    private long next = SHORTEST;
    private int longestParks;
    private volatile boolean deep;
    private volatile @Nullable Thread thread;

    @Override
    public void reset() {
        next = SHORTEST;
        longestParks = 0;
    }

    @Override
    public void idle() {
        if (longestParks < LONGEST_BEFORE_DEEP) {
            LockSupport.parkNanos(this, next);
            if (next == LONGEST) {
                longestParks++;
            }
            next = Math.min(LONGEST, 2 * next);
            return;
        }
        thread = Thread.currentThread();
        deep = true;
        LockSupport.parkNanos(this, DEEP);
        deep = false;
    }

    @Override
    public void wake() {
        if (deep) {
            deep = false;
            LockSupport.unpark(thread);
        }
    }
}
