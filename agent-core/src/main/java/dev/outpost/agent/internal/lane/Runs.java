package dev.outpost.agent.internal.lane;

import dev.outpost.agent.protocol.StreamPosition;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The runs of a chain: the live one, to which new batches are added, and the backlog. Control loop only. */
final class Runs {

    private final Backlog backlog;
    private final Supplier<Run> made;
    private Run live;

    /**
     * With a live run that has no identity.
     *
     * @param made makes such a run
     */
    Runs(Backlog backlog, Supplier<Run> made) {
        this.backlog = backlog;
        this.made = made;
        this.live = made.get();
    }

    /** The run to which new batches are added. */
    Run live() {
        return live;
    }

    /** The oldest first, the live one last. */
    void forEach(Consumer<Run> action) {
        backlog.forEach(action);
        action.accept(live);
    }

    /** The run of that position, if something of it was sent. */
    @Nullable Run find(StreamPosition position) {
        return live.knows(position) ? live : backlog.find(position);
    }

    /** Another run becomes the live one. What of this one nobody knows yet goes on to it; the rest of it is backlog. */
    Run replace() {
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

    /** Whether what comes, or what was not written before, goes to the spool. */
    boolean isSpilling() {
        boolean[] spilling = {false};
        forEach(run -> spilling[0] |= run.inSpool().isSpilling());
        return spilling[0];
    }

    /** What they hold in memory. */
    long bytesInMemory() {
        long[] bytes = {0};
        forEach(run -> bytes[0] += run.bytesInMemory());
        return bytes[0];
    }
}
