package dev.outpost.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When each of many jobs is due: all once in an interval, spread evenly over it. It is known of every run by how much it is late,
 * whoever started it, as long as that is less than half of the interval.
 */
final class Phases {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long interval;
    private final long step;
    private volatile long origin;

    Phases(int jobs, Duration interval) {
        this.interval = interval.toNanos();
        this.step = this.interval / jobs;
    }

    /** Says when the first job is due for the first time, to the millisecond; before anything else. */
    void begin(Instant first) {
        origin = nanos(first.truncatedTo(ChronoUnit.MILLIS));
    }

    /** The first due instant of a job after {@code after}. */
    Instant nextOf(int job, Instant after) {
        long first = origin + job * step;
        long passed = Math.floorDiv(nanos(after) - first, interval) + 1;
        return instant(first + Math.max(0, passed) * interval);
    }

    /** By how much a run of a job that begins now is late; less than zero if it is early. */
    long lateNanos(int job, Instant now) {
        long late = Math.floorMod(nanos(now) - origin - job * step, interval);
        return late < interval / 2 ? late : late - interval;
    }

    Duration interval() {
        return Duration.ofNanos(interval);
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    }
}
