package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connection that is to take over from one that stands: on the same way with a new identity, or on a better way
 * than the one that was left after a failure. The old one goes when the new one is let in, and stays when it is not.
 * Control loop only.
 */
final class Succession {

    private static final Duration TRY_BETTER_EVERY = Duration.ofMinutes(5);
    private static final Backoff AGAIN = new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(5));

    private final Maker maker;
    private final Ways ways;
    private final Duration timeout;
    private final Timers timers;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Counters counters;
    private @Nullable Link candidate;
    private Timers.@Nullable Timer patience;
    private Timers.@Nullable Timer next;
    private int present;
    private boolean renewing;
    private int failures;

    /** Makes links, and ends them. */
    interface Maker {

        /** A link that is not begun. */
        Link make(int way);

        /** Its time is over. */
        void end(Link candidate, CloseReason reason);
    }

    Succession(
            Maker maker,
            Ways ways,
            Duration timeout,
            Timers timers,
            AgentClock clock,
            RandomGenerator random,
            Counters counters) {
        this.maker = maker;
        this.ways = ways;
        this.timeout = timeout;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
    }

    boolean isCandidate(Link link) {
        return link == candidate;
    }

    /** A link on that way was let in. */
    void onReady(int way) {
        present = way;
        failures = 0;
        renewing = false;
        forget();
        if (way > 0) {
            later(jittered(TRY_BETTER_EVERY), () -> begin(0));
        }
    }

    /** The way that is in use has a new identity. */
    void renew(int way, String why) {
        if (candidate == null && !renewing) {
            renewing = true;
            counters.counter("session.renewals").increment();
            begin(way);
        }
    }

    private void begin(int way) {
        timers.cancel(next);
        Link link = maker.make(way);
        candidate = link;
        patience = timers.schedule(
                clock.nanoTime(),
                timeout,
                () -> maker.end(
                        link,
                        CloseReason.retry("no welcome within " + timeout, null).as(CloseReason.Fault.UNREACHABLE)));
        link.open(ways.transport(way));
    }

    /** The candidate was not let in: what stands goes on. */
    void onFailed(CloseReason reason) {
        Link failed = candidate;
        int way = failed == null ? 0 : failed.way();
        forget();
        counters.counter("session.successors.failed", reason.fault().name().toLowerCase(Locale.ROOT))
                .increment();
        if (renewing) {
            later(AGAIN.delay(++failures + 1, random), () -> begin(present));
        } else if (way + 1 < present) {
            begin(way + 1);
        } else {
            later(jittered(TRY_BETTER_EVERY), () -> begin(0));
        }
    }

    /** What stood is lost: the candidate, if there is one, is no candidate any more. */
    @Nullable Link promote() {
        Link promoted = candidate;
        candidate = null;
        renewing = false;
        timers.cancel(next);
        return promoted; // its patience goes on
    }

    /** Nothing follows. */
    void end(CloseReason reason) {
        Link last = candidate;
        forget();
        if (last != null) {
            last.close(reason);
        }
    }

    private void forget() {
        candidate = null;
        timers.cancel(patience);
        timers.cancel(next);
    }

    private void later(Duration delay, Runnable action) {
        timers.cancel(next);
        next = timers.schedule(clock.nanoTime(), delay, action);
    }

    /** 80 to 120 percent. */
    private Duration jittered(Duration duration) {
        return Duration.ofNanos((long) (duration.toNanos() * (0.8 + 0.4 * random.nextDouble())));
    }
}
