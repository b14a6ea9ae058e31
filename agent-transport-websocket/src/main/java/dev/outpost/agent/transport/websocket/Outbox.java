package dev.outpost.agent.transport.websocket;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Messages that wait to be sent, bounded in bytes. Not thread-safe. */
final class Outbox {

    /** It says "full" from here on; so it holds at most this and one message. */
    static final int FULL_BYTES = 256 * 1024;

    private static final int WRITABLE_BYTES = FULL_BYTES / 2;

    private final Queue<WireMessage> waiting = new ArrayDeque<>();
    private int bytes;
    private boolean saidFull;

    /** Whether it takes no message now; if so, {@link #sent} says when it does. */
    boolean isFull() {
        saidFull |= bytes >= FULL_BYTES;
        return saidFull;
    }

    void add(WireMessage message) {
        waiting.add(message);
        bytes += message.size();
    }

    /** The next to send; it counts until it is {@linkplain #sent sent}. */
    @Nullable WireMessage next() {
        return waiting.poll();
    }

    /** Whether there is room again, after it was full. */
    boolean sent(WireMessage message) {
        bytes -= message.size();
        if (saidFull && bytes <= WRITABLE_BYTES) {
            saidFull = false;
            return true;
        }
        return false;
    }

    void clear() {
        waiting.clear();
    }
}
