package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the spool in order without being asked: once a minute what is too old is evicted, and what processes left that have
 * ended goes to the chains that it is of. Control loop only, but for what says otherwise.
 */
final class SpoolHousekeeping {

    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration TRUSTED_CLOCK_ERROR = Duration.ofMinutes(5);

    private final Duration maxAge;
    private final List<Chain> chains;
    private final SpoolAccess access;
    private final SpoolNews news;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final ThrottledLog log;
    private final Counters counters;
    private final long startNanos;
    private final long startEpochNanos;

    /** Adopted and not yet described; belongs to the disk thread. */
    private final List<SpoolRun> adopted = new ArrayList<>();

    SpoolHousekeeping(
            Duration maxAge,
            List<Chain> chains,
            SpoolAccess access,
            SpoolNews news,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            ThrottledLog log,
            Counters counters) {
        this.maxAge = maxAge;
        this.chains = chains;
        this.access = access;
        this.news = news;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.log = log;
        this.counters = counters;
        this.startNanos = clock.nanoTime();
        this.startEpochNanos = clock.epochNanos();
    }

    /** Begins in a minute, and goes on until the spool is closed. */
    void begin() {
        timers.schedule(clock.nanoTime(), EVERY, this::keepHouse);
    }

    private void keepHouse() {
        if (access.isClosed()) {
            return;
        }
        begin();
        long oldest = wallMillis() - maxAge.toMillis();
        boolean trusted = isClockTrusted();
        access.submit(
                "cannot be tidied",
                store -> {
                    if (trusted) {
                        store.evictOlderThan(oldest);
                    }
                    adopted.addAll(store.adoptOrphans());
                    List<FoundRun> found = FoundRun.describe(store, adopted);
                    adopted.clear(); // behind the reading: what fails there is tried again in a minute
                    if (!found.isEmpty()) {
                        inbox.post(() -> take(found));
                    }
                },
                failure -> {});
    }

    /** Gives the chains what is theirs. What is of none of them stays where it is. */
    void take(List<FoundRun> found) {
        for (FoundRun each : found) {
            Optional<Chain> owner = chains.stream()
                    .filter(chain -> chain.place().equals(each.run().chain()))
                    .findFirst();
            if (owner.isPresent()) {
                news.register(each.run(), owner.get().onFound(each));
            } else {
                counters.counter("spool.unclaimed.records").add(each.records());
                log.warn(
                        "spool.unclaimed",
                        "the spool holds " + each.records() + " records of a lane '"
                                + each.run().chain().name() + "' that this agent does not have; they stay until"
                                + " their room is needed or they are too old",
                        null);
            }
        }
    }

    /** Whether the wall clock has gone along with the monotonic one since the start. */
    private boolean isClockTrusted() {
        long expected = startEpochNanos + (clock.nanoTime() - startNanos);
        return Math.abs(clock.epochNanos() - expected) <= TRUSTED_CLOCK_ERROR.toNanos();
    }

    /** The time of day; any thread. */
    long wallMillis() {
        return TimeUnit.NANOSECONDS.toMillis(clock.epochNanos());
    }
}
