package dev.outpost.benchmarks;

/**
 * Counts of durations in nanoseconds, in buckets 3 % wide, so that every one of many millions is kept at no cost. One thread
 * adds at a time.
 */
final class Histogram {

    private static final int STEPS_BITS = 5;
    private static final int STEPS = 1 << STEPS_BITS;

    private final long[] counts = new long[(Long.SIZE - STEPS_BITS) * STEPS];
    private long total;
    private long largest;

    void add(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        total++;
        largest = Math.max(largest, value);
    }

    private static int bucket(long value) {
        if (value < STEPS) {
            return (int) value;
        }
        int shift = Long.SIZE - Long.numberOfLeadingZeros(value) - STEPS_BITS - 1;
        return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
    }

    private static long middle(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((long) (bucket % STEPS + STEPS) << shift) + (1L << shift) / 2;
    }

    long total() {
        return total;
    }

    /** The duration that a share of all does not exceed, in microseconds; 0 when there are none. */
    double micros(double share) {
        long wanted = (long) Math.ceil(share * total);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return Math.min(middle(i), largest) / 1_000.0;
            }
        }
        return 0;
    }

    double largestMicros() {
        return largest / 1_000.0;
    }

    /** Adds its percentiles to {@code figures}, in microseconds. */
    Figures into(Figures figures, String name) {
        return figures.with(name + ".count", total)
                .with(name + ".p50", micros(0.5))
                .with(name + ".p99", micros(0.99))
                .with(name + ".p999", micros(0.999))
                .with(name + ".max", largestMicros());
    }

    /** For people: what {@link #into} added. */
    static String describe(Figures figures, String name) {
        return "p50 " + figures.text(name + ".p50") + ", p99 " + figures.text(name + ".p99") + ", p99.9 "
                + figures.text(name + ".p999") + ", max " + figures.text(name + ".max") + " us";
    }
}
