package dev.outpost.agent.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How many of something may begin: some at once after a pause, further ones evenly spaced. Public because transports and control centers
 * limit by it, in several packages. Not thread-safe; its owner gives it the time, as {@link System#nanoTime}.
 *
 * <p>It keeps one number, the generic cell rate algorithm's "theoretical arrival time" (ITU-T I.371), in whole nanoseconds, so
 * that nothing slips through by rounding.
 */
public final class RateLimit {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int BURST_PART = 10;

    private final long spacing;
    private final long ahead;
    private long free;

    private RateLimit(long atOnce, long spacing, long now) {
        this.spacing = spacing;
        this.ahead = (atOnce - 1) * spacing;
        this.free = now;
    }

    /**
     * Never more than {@code most} in any second, wherever that second begins. A tenth of them may come at once, and the rest has the
     * second to come in; so nine tenths of {@code most}, at least, get through when more come all the time.
     *
     * @param most 1 to 1,000,000
     * @param now the present time
     */
    public static RateLimit inAnySecond(int most, long now) {
        if (most < 1) {
            throw new IllegalArgumentException("the limit is " + most + " per second; allowed is 1 and more");
        }
        int atOnce = Math.max(1, most / BURST_PART);
        int others = most - atOnce; // that a second can have beside those at its beginning
        return new RateLimit(atOnce, ceilDiv(SECOND, others + 1), now);
    }

    /**
     * So many a second over any longer time, and those of {@code burstSeconds} seconds at once.
     *
     * @param perSecond 1 to 1,000,000
     * @param burstSeconds 1 to 1,000
     * @param now the present time
     */
    public static RateLimit onAverage(int perSecond, int burstSeconds, long now) {
        if (perSecond < 1 || burstSeconds < 1) {
            throw new IllegalArgumentException("the limit is " + perSecond + " per second, and those of " + burstSeconds
                    + " seconds at once; allowed is 1 and more");
        }
        return new RateLimit((long) perSecond * burstSeconds, ceilDiv(SECOND, perSecond), now);
    }

    private static long ceilDiv(long whole, long by) {
        return (whole + by - 1) / by;
    }

    /** Whether one more may begin now. */
    public boolean hasOne(long now) {
        return free - now <= ahead;
    }

    /** One more begins now; only after {@link #hasOne} has said so. */
    public void takeOne(long now) {
        free = (free - now > 0 ? free : now) + spacing;
    }

    /** The least time until {@link #hasOne}; zero when at once. */
    public Duration untilOne(long now) {
        return Duration.ofNanos(Math.max(0, free - now - ahead));
    }

    /** The time between two when more want to begin than may. */
    public Duration spacing() {
        return Duration.ofNanos(spacing);
    }
}
