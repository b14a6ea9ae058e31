package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Backoff;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whether a spool works, and when it is tried again. Control loop only, but for {@link #problem}. */
final class SpoolHealth {

    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
    private static final int MOST_DOUBLINGS = 10;

    private final Path directory;
    private final Timers timers;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final ThrottledLog log;
    private final Counters counters;
    private volatile @Nullable String problem = "it is not open yet";
    private int failures;
    private boolean retrying;

    SpoolHealth(
            Path directory,
            Timers timers,
            AgentClock clock,
            RandomGenerator random,
            ThrottledLog log,
            Counters counters) {
        this.directory = directory;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
        this.log = log;
        this.counters = counters;
    }

    /** It does not work for now. */
    void fails(String what, Exception failure) {
        failures++;
        problem = count(what, failure);
        log.warn("spool.failed", problem + "; telemetry is kept in memory until it works", failure);
    }

    /** Something went wrong that stops nobody. */
    void note(String what, Exception failure) {
        log.warn("spool." + what, count(what, failure), failure);
    }

    private String count(String what, Exception failure) {
        counters.counter("spool.failures").increment();
        return "the spool in " + directory + " " + what + ": " + Guard.describe(failure);
    }

    void works() {
        if (failures > 0) {
            log.warn("spool.recovered", "the spool in " + directory + " works again", null);
        }
        problem = null;
        failures = 0;
    }

    /** It is taken to work until the opposite shows. */
    void hope() {
        problem = null;
    }

    /** Runs {@code attempt} later, the later the more has failed; once, however often this is called before. */
    void retryLater(Runnable attempt) {
        if (!retrying) {
            retrying = true;
            timers.schedule(clock.nanoTime(), RETRY.delay(Math.min(failures, MOST_DOUBLINGS) + 1, random), () -> {
                retrying = false;
                attempt.run();
            });
        }
    }

    /** Runs {@code attempt} within a second. */
    void retrySoon(Runnable attempt) {
        timers.schedule(clock.nanoTime(), RETRY.delay(2, random), attempt);
    }

    boolean isGood() {
        return problem == null;
    }

    /** Whether it was tried and does not work. */
    boolean isBad() {
        return failures > 0 && problem != null;
    }

    /** Whether something has failed lately. */
    boolean isDegraded() {
        return failures > 0;
    }

    /** What is wrong; any thread. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }
}
