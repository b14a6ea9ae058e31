package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The older runs of a chain, which take no more batches and are sent until nothing is left of them, the oldest first. When
 * it is large it begins after a random time, so that a fleet does not come back as one. Control loop only.
 */
final class Backlog {

    /** So many runs of this process are enough: with more, acknowledgements would take their time. */
    private static final int MOST_RUNS = 64;

    private final Timers timers;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Deque<Run> runs = new ArrayDeque<>();
    private int ownRuns;
    private boolean planned;
    private long begins;

    Backlog(Timers timers, AgentClock clock, RandomGenerator random) {
        this.timers = timers;
        this.clock = clock;
        this.random = random;
    }

    /** Another run, which is the newest. */
    void add(Run run) {
        runs.add(run);
        ownRuns += run.isFound() ? 0 : 1;
    }

    void remove(Run run) {
        if (runs.remove(run)) {
            ownRuns -= run.isFound() ? 0 : 1;
        }
    }

    /** Whether it is better not to begin another run. */
    boolean isFull() {
        return ownRuns >= MOST_RUNS;
    }

    /** When so much has come to it that a fleet of such should not come back as one, it begins at some time within the spread. */
    void plan(long bytes, SpoolClient spool) {
        if (!planned && bytes > spool.backlogBytes()) {
            planned = true;
            Duration spread = spool.settings().replaySpread();
            begins = clock.nanoTime() + (long) (random.nextDouble() * spread.toNanos());
            timers.schedule(begins, () -> {}); // the loop turns then, and sends
        }
    }

    /** The destination was away: its return is another time to plan for. */
    void forgetPlan() {
        planned = false;
    }

    /** What to send next with so many batches in flight at most, or null when there is nothing now. */
    Chain.@Nullable Offer next(int window) {
        if (runs.isEmpty() || (planned && clock.nanoTime() - begins < 0)) {
            return null;
        }
        int left = window;
        for (Run run : runs) {
            Entry entry = run.next(left);
            if (entry != null) {
                return new Chain.Offer(run, entry);
            }
            left -= run.inFlight();
            if (left <= 0 || !run.isAllSent()) {
                return null;
            }
        }
        return null;
    }

    /** The run of that position, if something of it was sent. */
    @Nullable Run find(StreamPosition position) {
        for (Run run : runs) {
            if (run.knows(position)) {
                return run;
            }
        }
        return null;
    }

    void forEach(Consumer<Run> action) {
        runs.forEach(action);
    }
}
