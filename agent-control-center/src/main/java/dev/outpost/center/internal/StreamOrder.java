package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The batches and gaps of one epoch in the order of their numbers: what has been taken, what waits, and what may come next.
 *
 * <p>After one that is to come again everything is passed over until it does, for the agent sends all from there on. Not
 * thread-safe; guarded by its {@link StreamIntake}.
 */
final class StreamOrder {

    private final int window;
    private final Queue<AgentMessage> waiting = new ArrayDeque<>();
    private long taken;
    private long nextExpected;
    private int unacknowledged;
    private boolean awaitsRetry;

    /**
     * An epoch that its agent has opened.
     *
     * @param opened after which number it goes on
     * @param window how many may be unacknowledged
     */
    StreamOrder(long opened, int window) {
        this.window = window;
        this.taken = opened;
        this.nextExpected = opened + 1;
    }

    /** What becomes of a message. */
    enum Fit {
        /** It waits for its turn. */
        TAKEN,
        /** It follows one that is to come again, and will come again itself. */
        PASSED_OVER,
        /** Something before it has not come. */
        TOO_EARLY,
        /** The agent has not waited for acknowledgements. */
        TOO_MANY
    }

    /** The last number that nothing more is to be done for. */
    long taken() {
        return taken;
    }

    long nextExpected() {
        return nextExpected;
    }

    /** Whether all up to there has come, and need not come once more. */
    boolean hasCome(StreamPosition last) {
        return last.sequence() < nextExpected;
    }

    /** The agent is told that all up to there was taken, and may go on from there. */
    void announced(long through) {
        nextExpected = Math.max(nextExpected, through + 1);
    }

    /**
     * It has turned out that all up to there was taken before.
     *
     * @return how many messages that have come meanwhile are dropped for that
     */
    int takenBefore(long through) {
        taken = Math.max(through, taken);
        nextExpected = Math.max(nextExpected, taken + 1);
        int dropped = 0;
        for (AgentMessage next = waiting.peek();
                next != null && lastOf(next).sequence() <= taken;
                next = waiting.peek()) {
            waiting.remove();
            unacknowledged--;
            dropped++;
        }
        return dropped;
    }

    /**
     * A message comes, with numbers of which the last {@linkplain #hasCome has not come}.
     *
     * @param first its first number
     */
    Fit add(AgentMessage message, StreamPosition last, long first) {
        if (first > nextExpected) {
            return awaitsRetry ? Fit.PASSED_OVER : Fit.TOO_EARLY;
        }
        if (unacknowledged >= window) {
            return Fit.TOO_MANY;
        }
        awaitsRetry = false;
        nextExpected = last.sequence() + 1;
        unacknowledged++;
        waiting.add(message);
        return Fit.TAKEN;
    }

    /** Whether a message waits for its turn. */
    boolean hasNext() {
        return !waiting.isEmpty();
    }

    /** The next whose turn it is; it counts as unacknowledged until it is {@linkplain #done done}. */
    @Nullable AgentMessage poll() {
        return waiting.poll();
    }

    /** One message is done, whose last number that is. */
    void done(long through) {
        taken = through;
        unacknowledged--;
    }

    /** The message whose turn it was is to come again, and all that follow. */
    void awaitAgain() {
        waiting.clear();
        unacknowledged = 0;
        nextExpected = taken + 1;
        awaitsRetry = true;
    }

    /** Nothing has its turn any more. */
    void clear() {
        waiting.clear();
    }

    static StreamPosition lastOf(AgentMessage message) {
        return message instanceof TelemetryBatch batch ? batch.position() : ((TelemetryGap) message).through();
    }
}
