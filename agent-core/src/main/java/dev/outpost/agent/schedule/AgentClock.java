package dev.outpost.agent.schedule;

import java.time.Instant;

/**
 * The agent's only source of time. Thread-safe.
 *
 * <p>Tests pass one that they move by hand; a host has no reason to pass its own.
 */
public interface AgentClock {

    /** Monotonic time in nanoseconds from an arbitrary origin, as {@link System#nanoTime}. */
    long nanoTime();

    /** Wall-clock time, nanoseconds since 1970-01-01T00:00:00Z. For stamps that people read and for triggers. */
    long epochNanos();

    /** {@link #epochNanos} as an instant. */
    default Instant instant() {
        long nanos = epochNanos();
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
