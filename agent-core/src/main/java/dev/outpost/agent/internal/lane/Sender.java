package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import org.jspecify.annotations.Nullable;

/** Decides what of a chain is sent next: the live run and the backlog in turn, within the window. Control loop only. */
final class Sender {

    private static final int MOST_WINDOW = 1_024;

    private final Timers timers;
    private final AgentClock clock;
    private final Backlog backlog;
    private final AdaptiveWindow window;
    private boolean replayedLast;
    private boolean paused;
    private long pausedUntil;
    private @Nullable StreamPosition refused;
    private int refusals;

    Sender(int windowBatches, Backlog backlog, Timers timers, AgentClock clock) {
        this.window = new AdaptiveWindow(Math.min(windowBatches, MOST_WINDOW));
        this.backlog = backlog;
        this.timers = timers;
        this.clock = clock;
    }

    void window(int batches) {
        window.limit(Math.min(batches, MOST_WINDOW));
    }

    Chain.@Nullable Offer next(Run live) {
        if (paused && clock.nanoTime() - pausedUntil >= 0) {
            paused = false;
        }
        if (paused) {
            return null;
        }
        Entry now = live.next(window.size());
        Chain.Offer older = now == null || !replayedLast ? backlog.next(replayWindow()) : null;
        if (older != null) {
            replayedLast = true;
            return older;
        }
        replayedLast = false;
        return now == null ? null : new Chain.Offer(live, now);
    }

    private int replayWindow() {
        return Math.max(1, window.size() / 2);
    }

    void sent(Chain.Offer offer, Run live) {
        Run run = offer.run();
        run.sent();
        int most = run == live ? window.size() : replayWindow();
        window.sent(run.position(offer.entry().through()), run.inFlight() >= most, clock.nanoTime());
    }

    void acked(StreamPosition through) {
        window.acked(through, clock.nanoTime());
    }

    /** The destination would have a batch sent again. How often it has said so of this batch in a row. */
    int refused(StreamPosition position) {
        window.failed();
        refusals = position.equals(refused) ? refusals + 1 : 1;
        refused = position;
        return refusals;
    }

    void pauseUntil(long until) {
        paused = true;
        pausedUntil = until;
        timers.schedule(until, () -> {}); // the loop turns then, and sends
    }

    /** Nothing is under way any more. */
    void reset() {
        window.reset();
    }
}
