package dev.outpost.agent.internal.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins flushes: whoever asks while one is under way shares the next one with all others who do. However often the host
 * asks, and however long nothing can be delivered, two are remembered. Any thread.
 */
final class FlushRounds {

    private final Consumer<Consumer<Boolean>> flush;
    private @Nullable Round underWay;
    private @Nullable Round next;

    /**
     * Rounds.
     *
     * @param flush begins one; what it is given is to be called once, on any thread, with whether all is safe
     */
    FlushRounds(Consumer<Consumer<Boolean>> flush) {
        this.flush = flush;
    }

    private static final class Round {
        private final CompletableFuture<Boolean> end = new CompletableFuture<>();

        /** What was published before it was asked for was in the round before, too, which may have given it up. */
        private boolean safeBefore = true;
    }

    /** Completes with whether all that was published before is safe. */
    CompletableFuture<Boolean> ask() {
        Round mine;
        synchronized (this) {
            if (underWay != null) {
                next = next == null ? new Round() : next;
                return next.end;
            }
            mine = new Round();
            underWay = mine;
        }
        begin(mine);
        return mine.end;
    }

    private void begin(Round round) {
        flush.accept(safe -> ended(round, safe));
    }

    private void ended(Round round, boolean safe) {
        Round following;
        synchronized (this) {
            following = next;
            underWay = following;
            next = null;
            if (following != null) {
                following.safeBefore = safe;
            }
        }
        if (following != null) {
            begin(following);
        }
        round.end.complete(safe && round.safeBefore);
    }
}
