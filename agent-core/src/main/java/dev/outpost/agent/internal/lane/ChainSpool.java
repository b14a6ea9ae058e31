package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The spool as one chain uses it: whether there is one, and when a run of the chain is written to it. Control loop only.
 *
 * <p>A run is written when a batch of it has waited for too long, when the destination is away, when memory runs full, and
 * when it is not the live one.
 */
final class ChainSpool {

    private static final Duration REST_AFTER = Duration.ofSeconds(30);

    private final Lane lane;
    private final LaneGate gate;
    private final Timers timers;
    private final AgentClock clock;
    private @Nullable SpoolClient client;
    private boolean away;

    ChainSpool(Lane lane, LaneGate gate, Timers timers, AgentClock clock) {
        this.lane = lane;
        this.gate = gate;
        this.timers = timers;
        this.clock = clock;
    }

    // ---- the spool ------------------------------------------------------------------------------------------------

    /** Gives it a spool, or says that there is none. */
    void use(@Nullable SpoolClient given) {
        client = given;
        gate.spoolWorks(given != null); // a lane that fills up while it is being opened has somewhere to go
    }

    boolean isPresent() {
        return client != null;
    }

    SpoolClient client() {
        if (client == null) {
            throw new IllegalStateException("this chain has no spool");
        }
        return client;
    }

    boolean canWrite() {
        return client != null && client.canWrite();
    }

    /** Whether it was tried and does not work for now. */
    boolean hasFailed() {
        return client != null && client.hasFailed();
    }

    /** Whether everything is written as soon as it comes. */
    boolean writesAhead() {
        return client != null && client.settings().spillAfter().isZero();
    }

    // ---- when it is written to ------------------------------------------------------------------------------------

    /** The destination takes batches. */
    void onConnected() {
        away = false;
    }

    /** It does not any more: what is not delivered is put on disk until it does. */
    void onDisconnected() {
        away = true;
    }

    /** A batch came to the live run, which is written at once when there is no time to lose. */
    void onOffered(Run live) {
        if (gate.isNearlyFull() || away) {
            spillIfNeeded(live, live);
        }
    }

    /** Has {@code run} written if it is time for that. */
    void spillIfNeeded(Run run, Run live) {
        if (client == null || !client.canWrite()) {
            return;
        }
        long oldest = run.oldestUnwritten();
        if (oldest == Long.MAX_VALUE) {
            return;
        }
        boolean late =
                clock.nanoTime() - oldest >= client.settings().spillAfter().toNanos();
        if (late || away || gate.isNearlyFull() || run != live) {
            run.inSpool().spill();
        }
    }

    // ---- told by its runs -----------------------------------------------------------------------------------------

    /** The gate is the lane's: it is told of all chains together. */
    void spillingChanged() {
        lane.spillingChanged();
    }

    /** It has taken something, which makes room in memory. */
    void onStored() {
        gate.progress(clock.nanoTime());
        lane.unsentChanged();
    }

    /** Runs {@code rest} when nothing may have been written for a while. */
    void restLater(Runnable rest) {
        timers.schedule(clock.nanoTime(), REST_AFTER, rest);
    }
}
