package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.SpoolRun;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How another run takes the place of a chain's live one, in the spool or without it. Control loop only. */
final class Succession {

    private final SpoolRun.Chain place;
    private final Runs runs;
    private final Backlog backlog;
    private final ChainSpool spool;
    private final Runnable begun;
    private boolean beginning;

    /**
     * Succession.
     *
     * @param begun runs when a run in the spool has become the live one
     */
    Succession(SpoolRun.Chain place, Runs runs, Backlog backlog, ChainSpool spool, Runnable begun) {
        this.place = place;
        this.runs = runs;
        this.backlog = backlog;
        this.spool = spool;
        this.begun = begun;
    }

    /** Gives the live run a name that only this process knows, if it has none. */
    void nameInMemory() {
        if (!runs.live().isReady()) {
            runs.live().identify(UUID.randomUUID(), 1);
        }
    }

    /** A new run takes over: in the spool if there is one, or else in memory. */
    void begin() {
        if (spool.isPresent()) {
            beginInSpool();
        } else {
            runs.replace();
            nameInMemory();
        }
    }

    /** Begins a run in the spool, which takes over as soon as the disk has answered. */
    void beginInSpool() {
        if (beginning) {
            return;
        }
        beginning = true;
        spool.client().startRun(place, started -> {
            beginning = false;
            if (started != null) {
                onBegun(started);
            }
        });
    }

    private void onBegun(SpoolRun started) {
        @Nullable Run before = runs.live().isReady() ? runs.replace() : null;
        Run live = runs.live();
        live.identify(started);
        spool.client().register(started, live);
        if (before != null) {
            before.inSpool().spill();
            backlog.plan(before.inSpool().backlogBytes(), spool.client());
        }
        if (spool.writesAhead()) {
            live.inSpool().spill();
        }
        begun.run();
    }
}
