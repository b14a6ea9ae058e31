package dev.outpost.agent.transport.websocket;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Messages that came in and were not asked for yet, bounded in bytes. It reads ahead, because neither a Close frame nor the end
 * of a connection is seen by who does not read. Not thread-safe.
 */
final class Inbox {

    /** Nothing more is let in from here on; so it holds at most this and one message. */
    static final int FULL_BYTES = 256 * 1024;

    /** What a message costs besides its bytes, so that many small ones do not cost more than they count. */
    private static final int MESSAGE_COST = 100;

    private final Queue<WireMessage> waiting = new ArrayDeque<>();
    private int bytes;
    private long demand;
    private long requested;
    private boolean demanded;

    void request(int count) {
        demand = Math.max(demand, demand + count); // what is beyond all bounds is as good as the largest
        requested = Math.max(requested, requested + count);
    }

    /** More was asked for than a hello: whoever does that knows whose it is. */
    boolean isTrusted() {
        return requested > 1;
    }

    void add(WireMessage message) {
        demanded = false;
        waiting.add(message);
        bytes += message.size() + MESSAGE_COST;
    }

    /** A message came in and is not wanted any more. */
    void drop() {
        demanded = false;
    }

    /** The next that was asked for. */
    @Nullable WireMessage next() {
        WireMessage next = demand > 0 ? waiting.poll() : null;
        if (next != null) {
            demand--;
            bytes -= next.size() + MESSAGE_COST;
        }
        return next;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void clear() {
        waiting.clear();
        bytes = 0;
    }

    /** Whether to let in one more now; true at most once until the next {@link #add} or {@link #drop}. */
    boolean demand() {
        if (demanded || bytes >= FULL_BYTES) {
            return false;
        }
        demanded = true;
        return true;
    }
}
