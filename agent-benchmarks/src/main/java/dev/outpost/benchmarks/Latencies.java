package dev.outpost.benchmarks;

import java.util.Arrays;

/** Round trips of which the first do not count, and what they come to. Not thread-safe. */
final class Latencies {

    private static final int WARM_UP = 10_000;
    private static final int SAMPLES = 20_000;

    private final long[] nanos = new long[SAMPLES];
    private int taken;

    /**
     * Adds one.
     *
     * @return whether there shall be more
     */
    boolean add(long roundTripNanos) {
        if (taken >= WARM_UP) {
            nanos[taken - WARM_UP] = roundTripNanos;
        }
        taken++;
        return taken < WARM_UP + SAMPLES;
    }

    /** Percentiles; sorts. */
    Summary summary() {
        Arrays.sort(nanos);
        return new Summary(micros(0.5), micros(0.9), micros(0.99), micros(0.999));
    }

    private double micros(double share) {
        return nanos[(int) (share * SAMPLES)] / 1_000.0;
    }

    /** Percentiles in microseconds. */
    record Summary(double p50, double p90, double p99, double p999) {

        /** From what a child told, which is {@link #toString}. */
        static Summary parse(String told) {
            double[] values = Arrays.stream(told.split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            return new Summary(values[0], values[1], values[2], values[3]);
        }

        @Override
        public String toString() {
            return p50 + " " + p90 + " " + p99 + " " + p999;
        }

        /** For people. */
        String describe() {
            return "p50 " + Report.number(p50) + ", p90 " + Report.number(p90) + ", p99 " + Report.number(p99)
                    + ", p99.9 " + Report.number(p999);
        }
    }
}
