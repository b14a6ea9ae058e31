package dev.outpost.agent.internal.base;

import dev.outpost.agent.schedule.AgentClock;
import java.time.Clock;
import java.time.Instant;

/** The machine's clocks: the one place of the core that reads them. */
public final class SystemClock implements AgentClock {

    private static final Clock WALL = Clock.systemUTC();

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long epochNanos() {
        Instant now = WALL.instant();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
