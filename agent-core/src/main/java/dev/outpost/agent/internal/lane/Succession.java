package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.SpoolRun;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which run of a chain is the live one, and how another takes its place. Control loop only. */
final class Succession {

    private final Chain chain;
    private final Backlog backlog;
    private final Supplier<Run> made;
    private Run live;
    private boolean beginning;

    Succession(Chain chain, Backlog backlog, Supplier<Run> made) {
        this.chain = chain;
        this.backlog = backlog;
        this.made = made;
        this.live = made.get();
    }

    /** The run to which new batches are added. */
    Run live() {
        return live;
    }

    /** Gives the live run a name that only this process knows, if it has none. */
    void nameInMemory() {
        if (!live.isReady()) {
            live.identify(UUID.randomUUID(), 1);
        }
    }

    /** A new run in memory takes over. */
    void replaceInMemory() {
        replace();
        nameInMemory();
    }

    /** Begins a run in the spool, which takes over as soon as the disk has answered. */
    void begin(SpoolClient spool) {
        if (beginning) {
            return;
        }
        beginning = true;
        spool.startRun(chain, started -> {
            beginning = false;
            if (started != null) {
                onBegun(spool, started);
            }
        });
    }

    private void onBegun(SpoolClient spool, SpoolRun started) {
        @Nullable Run before = live.isReady() ? replace() : null;
        live.identify(started);
        spool.register(started, live);
        chain.onRunBegun(before);
    }

    /** What of the live run nobody knows yet goes on to a new one; the rest of it is backlog. */
    private Run replace() {
        Run before = live;
        live = made.get();
        live.takeRestOf(before);
        if (before.isDelivered()) {
            before.inSpool().end();
        } else {
            backlog.add(before);
        }
        return before;
    }
}
