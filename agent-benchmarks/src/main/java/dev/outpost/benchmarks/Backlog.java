package dev.outpost.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Records published and not yet consumed. Allocates nothing, so that it can be asked between measured bursts. */
final class Backlog {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PARK_NANOS = 50_000;

    private final AtomicLong published = new AtomicLong();
    private final AtomicLong consumed = new AtomicLong();

    void published(int records) {
        published.addAndGet(records);
    }

    void consumed(int records) {
        consumed.addAndGet(records);
    }

    /**
     * Waits until all that has been published so far is consumed.
     *
     * @throws IllegalStateException if that does not happen, for then records were dropped and the run is worth nothing
     */
    void awaitEmpty() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long target = published.get();
        while (consumed.get() < target) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException((target - consumed.get()) + " records were dropped");
            }
            LockSupport.parkNanos(PARK_NANOS);
        }
    }
}
