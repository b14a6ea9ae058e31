package dev.outpost.benchmarks;

import java.util.concurrent.TimeUnit;

/** Counts what ends while it is measured, and how long each took; what ends before warms up. Thread-safe. */
final class CallLoad {

    /** Calls or tasks under way at once: less than an agent's queue takes. */
    static final int IN_FLIGHT = 500;

    private static final int WARM_UP_SECONDS = 6;
    private static final int SECONDS = 8;

    private Histogram latencies = new Histogram();
    private volatile boolean over;

    /** One has ended. */
    synchronized void ended(long nanos) {
        latencies.add(nanos);
    }

    /** Whether no more are to be begun. */
    boolean over() {
        return over;
    }

    /** Waits for the warm-up, measures, and tells the parent. */
    void measure() throws InterruptedException {
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        synchronized (this) {
            latencies = new Histogram();
        }
        Parent.tell("measuring", SECONDS);
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(SECONDS);
        Figures figures = new Figures();
        synchronized (this) {
            figures.with("rate", latencies.total() * 1e9 / (System.nanoTime() - start));
            latencies.into(figures, "latency");
        }
        Parent.tell("measured", figures);
        over = true;
    }
}
