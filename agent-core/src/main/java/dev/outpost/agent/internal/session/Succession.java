package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;
import java.util.Locale;
import java.util.function.IntFunction;
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

    private final IntFunction<Link> maker;
    private final Ways ways;
    private final Duration timeout;
    private final Timers timers;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Counters counters;
    private @Nullable Link candidate;
    private Timers.@Nullable Timer next;
    private int present;
    private boolean renewing;
    private boolean again;
    private int failures;

    /**
     * None yet.
     *
     * @param maker of links that are not begun, by the way that they take
     * @param timeout how long a link may take until it is let in
     */
    Succession(
            IntFunction<Link> maker,
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

    /** A link was let in. */
    void onReady(Link link) {
        present = link.way();
        failures = 0;
        renewing = false;
        again = false; // that was of the way that is left, or is what this one has shown
        forget();
        if (link.isOutdated()) {
            renew(present, "it has changed once more meanwhile");
        } else if (present > 0) {
            later(jittered(TRY_BETTER_EVERY), () -> begin(0));
        }
    }

    /** A way has a new identity; what is not in use will read it when it is tried. */
    void renew(int way, String why) {
        Link other = candidate;
        if (other != null && other.way() == way) {
            other.outdate(); // it may have read what was there before
        } else if (way == present && other != null) {
            again = true; // when it is known what comes of that one
        } else if (way == present && !renewing) {
            renewing = true;
            counters.counter("session.renewals").increment();
            begin(way);
        }
    }

    private void begin(int way) {
        timers.cancel(next);
        Link link = maker.apply(way);
        candidate = link;
        link.open(ways.transport(way), timeout);
    }

    /** The candidate was not let in: what stands goes on. */
    void onFailed(CloseReason reason) {
        Link failed = candidate;
        int way = failed == null ? 0 : failed.way();
        boolean outdated = failed != null && failed.isOutdated();
        forget();
        counters.counter("session.successors.failed", reason.fault().name().toLowerCase(Locale.ROOT))
                .increment();
        ways.bar(way, reason);
        if (again) {
            again = false;
            renew(present, "it has changed meanwhile");
        } else if (outdated) {
            later(ways.orBarred(way, Duration.ZERO), () -> begin(way));
        } else if (renewing) {
            later(ways.orBarred(present, backoff(reason)), () -> begin(present));
        } else if (way + 1 < present && ways.orBarred(way + 1, Duration.ZERO).isZero()) {
            begin(way + 1);
        } else {
            later(ways.orBarred(0, jittered(TRY_BETTER_EVERY)), () -> begin(0));
        }
    }

    /** Who was refused is refused again, as long as nobody does anything about it. */
    private Duration backoff(CloseReason reason) {
        Duration delay = AGAIN.delay(++failures + 1, random);
        boolean rarely = reason.next() == CloseReason.Next.RETRY_RARELY;
        return rarely && delay.compareTo(AGAIN.initial()) < 0 ? AGAIN.initial() : delay;
    }

    /** What stood is lost: the candidate, if there is one, is no candidate any more. */
    @Nullable Link promote() {
        Link promoted = candidate;
        candidate = null;
        renewing = false;
        again = false;
        timers.cancel(next);
        return promoted; // its time goes on
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
