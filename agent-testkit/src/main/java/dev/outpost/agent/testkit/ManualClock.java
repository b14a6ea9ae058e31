package dev.outpost.agent.testkit;

import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is moved. Thread-safe. */
public final class ManualClock implements AgentClock {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong epochNanos;

    /** A clock whose wall shows {@code start}. */
    public ManualClock(Instant start) {
        epochNanos = new AtomicLong(start.getEpochSecond() * 1_000_000_000L + start.getNano());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long epochNanos() {
        return epochNanos.get();
    }

    /** Lets time pass, on both scales. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        epochNanos.addAndGet(time.toNanos());
    }

    /** Sets the wall clock forward or back; monotonic time does not notice. */
    public void setWallClock(Instant now) {
        epochNanos.set(now.getEpochSecond() * 1_000_000_000L + now.getNano());
    }
}
