package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.time.Instant;

/**
 * The two times that schedules go by, as of the last {@link #look}: that of the wall clock, and the time that has passed.
 *
 * <p>The monotonic clock stands still while a machine sleeps, and the wall clock does not. So time that the wall clock
 * has gained over the monotonic one counts as passed, and what it has lost does not. A clock that is set back and forth again has
 * gained nothing: what counts is how far ahead it ever was. Control loop only.
 */
final class ElapsedClock {

    /** Less than this is the clock being slewed. */
    private static final long STEP_NANOS = Duration.ofSeconds(1).toNanos();

    /** A clock that is set back by more was wrong before. */
    static final Duration CORRECTION = Duration.ofDays(1);

    private final AgentClock clock;
    private long ahead;
    private long gained;
    private long wallNanos;
    private long monotonic;
    private Instant wall;

    ElapsedClock(AgentClock clock) {
        this.clock = clock;
        this.wallNanos = clock.epochNanos();
        this.monotonic = clock.nanoTime();
        this.wall = instant(wallNanos);
        this.ahead = wallNanos - monotonic;
    }

    /**
     * Reads the clocks.
     *
     * @return whether the wall clock has been corrected: set back by more than a day since the last look
     */
    boolean look() {
        long before = wallNanos;
        wallNanos = clock.epochNanos();
        monotonic = clock.nanoTime();
        wall = instant(wallNanos);
        long step = wallNanos - monotonic - ahead;
        if (step > STEP_NANOS) {
            gained += step;
            ahead += step;
        }
        boolean corrected = before - wallNanos > CORRECTION.toNanos();
        if (corrected) {
            ahead = wallNanos - monotonic; // a clock that was wrong before does not say how far ahead it may be
        }
        return corrected;
    }

    /** The wall clock has shown this, in an earlier life maybe: it gains nothing by showing it again. */
    void wallWasAt(Instant instant) {
        long offset = wallNanos + Duration.between(wall, instant).toNanos() - monotonic;
        if (offset - ahead > 0) {
            ahead = offset;
        }
    }

    /** Nanoseconds that have passed, from an arbitrary origin; only differences mean anything. */
    long elapsed() {
        return monotonic + gained;
    }

    /** The wall clock. */
    Instant wall() {
        return wall;
    }

    /** The wall clock, nanoseconds since 1970-01-01T00:00:00Z. */
    long wallNanos() {
        return wallNanos;
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
