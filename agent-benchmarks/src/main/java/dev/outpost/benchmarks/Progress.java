package dev.outpost.benchmarks;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many records were acknowledged in how long.
 *
 * @param records acknowledged
 * @param nanos how long that took
 */
record Progress(long records, long nanos) {

    private static final long WARM_UP_MILLIS = 5_000;
    private static final long MEASURE_MILLIS = 10_000;

    /** In a child: lets it warm up, then measures, and tells the parent when that begins and what came of it. */
    static void measure(LongSupplier acknowledged) throws InterruptedException {
        Thread.sleep(WARM_UP_MILLIS);
        long before = acknowledged.getAsLong();
        long start = System.nanoTime();
        Parent.tell("measuring", "");
        Thread.sleep(MEASURE_MILLIS);
        long records = acknowledged.getAsLong() - before;
        Parent.tell("measured", records + " " + (System.nanoTime() - start));
    }

    /** In the parent: what the child told. */
    static Progress parse(String told) {
        String[] parts = told.split(" ", 2);
        return new Progress(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }

    double perSecond() {
        return records * 1e9 / nanos;
    }

    /** Nanoseconds of {@code total} that fall to each record. */
    String each(Duration total) {
        return Report.number((double) total.toNanos() / records) + " ns";
    }
}
