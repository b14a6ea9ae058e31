package dev.outpost.benchmarks;

import java.util.concurrent.TimeUnit;

/** Measures by repeating: rounds of a second or so, of which the best counts, for whatever else goes on only takes away. */
final class Loop {

    static final int ROUNDS = 6;

    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    /** Takes results, so that nothing is optimized away. */
    static volatile long consumed;

    private Loop() {}

    /** Something to repeat. */
    @FunctionalInterface
    interface Step {
        /** Does it once; the records that it did it with. */
        int run() throws Exception;
    }

    /** Nanoseconds per record in the best round. */
    static double best(Step step) throws Exception {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long records = 0;
            long start = System.nanoTime();
            long now = start;
            while (now - start < ROUND_NANOS) {
                records += step.run();
                now = System.nanoTime();
            }
            best = Math.min(best, (double) (now - start) / records);
        }
        return best;
    }
}
