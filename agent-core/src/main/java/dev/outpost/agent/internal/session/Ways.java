package dev.outpost.agent.internal.session;

import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The ways to the control center in the order of the host's preference, which of them is tried next, and when. Control loop
 * only.
 *
 * <p>What has worked is tried first after a loss. When it fails the others follow at once, in order; when all have failed, that was
 * a round, and the next one waits. A way that was told to wait is left out of the rounds until then.
 */
final class Ways {

    private static final Duration RARELY = Duration.ofMinutes(1);
    private static final Duration MOST_RARELY = Duration.ofMinutes(15);

    private final List<Transport> transports;
    private final Backoff backoff;
    private final RandomGenerator random;
    private final AgentClock clock;
    private final boolean[] tried;
    private final long[] barredUntil;
    private int next;
    private int failures;
    private int refusals;
    private boolean onlyRefusals = true;
    private Duration spread = Duration.ZERO;

    Ways(List<Transport> transports, Backoff backoff, RandomGenerator random, AgentClock clock) {
        this.transports = List.copyOf(transports);
        this.backoff = backoff;
        this.random = random;
        this.clock = clock;
        this.tried = new boolean[transports.size()];
        this.barredUntil = new long[transports.size()];
        Arrays.fill(barredUntil, clock.nanoTime());
    }

    int count() {
        return transports.size();
    }

    Transport transport(int way) {
        return transports.get(way);
    }

    /** Which is tried next. */
    int next() {
        return next;
    }

    /** The control center has let us in. */
    void welcomed(Duration reconnectSpread) {
        refusals = 0;
        spread = reconnectSpread;
        beginRound();
    }

    /** Over how long the agents of the control center should come back, by what it knows now. */
    void spread(Duration reconnectSpread) {
        spread = reconnectSpread;
    }

    /** An attempt has failed; how long to wait before the next. */
    Duration afterAttempt(int way, CloseReason reason) {
        tried[way] = true;
        onlyRefusals &= reason.next() == CloseReason.Next.RETRY_RARELY;
        bar(way, reason);
        for (int other = 0; other < tried.length; other++) {
            if (!tried[other] && wait(other) == 0) {
                next = other;
                return Duration.ZERO;
            }
        }
        Duration delay = onlyRefusals ? rarely() : spreadOut(backoff.delay(++failures, random));
        beginRound();
        return delayTo(soonest(delay), delay);
    }

    /**
     * An attempt has failed that may have shown what has been replaced since: it says nothing of the next one on that way, which
     * follows at once if the way was not told to wait.
     */
    Duration afterOutdated(int way, CloseReason reason) {
        bar(way, reason);
        return delayTo(way, Duration.ZERO);
    }

    /**
     * A session has ended; how long to wait before the next attempt, on the same way.
     *
     * @param healthy whether it had stood for so long that what was before does not count
     */
    Duration afterSession(int way, CloseReason reason, boolean healthy) {
        failures = healthy ? 0 : failures;
        bar(way, reason);
        beginRound();
        if (reason.next() == CloseReason.Next.RETRY_RARELY) {
            return delayTo(way, rarely());
        }
        // Also when nothing was wrong: a center that lets in and sends away would get a storm. The first attempt after
        // a
        // healthy session is made at once all the same, unless the center said over how long its agents should come
        // back.
        Duration delay = backoff.delay(++failures, random);
        boolean lost = reason.next() == CloseReason.Next.RETRY_WITH_BACKOFF;
        return delayTo(way, lost ? spreadOut(delay) : delay);
    }

    /** Every attempt, not the first only: those that find no control center yet, or no room there, would else meet again. */
    private Duration spreadOut(Duration delay) {
        Duration share = part(spread);
        return share.compareTo(delay) > 0 ? share : delay;
    }

    /**
     * The control center advises to go there.
     *
     * @return false if that is none of the ways that the host gave
     */
    boolean advise(String target) {
        for (int way = 0; way < transports.size(); way++) {
            if (transports.get(way).target().equals(target)) {
                next = way;
                return true;
            }
        }
        return false;
    }

    /** Whether the next attempt has to wait because it was told to. */
    boolean isBarred() {
        return wait(next) > 0;
    }

    private void beginRound() {
        Arrays.fill(tried, false);
        onlyRefusals = true;
    }

    /** It may have been told to wait. */
    void bar(int way, CloseReason reason) {
        Duration asked = reason.retryAfter();
        if (asked != null) {
            barredUntil[way] = clock.nanoTime() + asked.toNanos();
        }
    }

    private long wait(int way) {
        return Math.max(0, barredUntil[way] - clock.nanoTime());
    }

    /** The first that may be tried after {@code delay}, or the one that may soonest. */
    private int soonest(Duration delay) {
        int best = 0;
        for (int way = 0; way < barredUntil.length; way++) {
            if (wait(way) <= delay.toNanos()) {
                return way;
            }
            best = wait(way) < wait(best) ? way : best;
        }
        return best;
    }

    private Duration delayTo(int way, Duration delay) {
        next = way;
        return orBarred(way, delay);
    }

    /** So long, or until that way may be tried if that is longer. */
    Duration orBarred(int way, Duration delay) {
        return delay.toNanos() >= wait(way) ? delay : Duration.ofNanos(wait(way));
    }

    /** Half of a bound that doubles from one minute to fifteen, and up to the other half at random. */
    private Duration rarely() {
        long bound = Math.min(MOST_RARELY.toNanos(), RARELY.toNanos() << Math.min(refusals++, 10));
        return Duration.ofNanos(bound / 2).plus(part(Duration.ofNanos(bound / 2)));
    }

    private Duration part(Duration whole) {
        return Duration.ofNanos((long) (random.nextDouble() * whole.toNanos()));
    }
}
