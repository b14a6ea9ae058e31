package dev.outpost.agent.transport;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;

/**
 * SPI: opens connections to a control center.
 *
 * <p>The agent has at most two connections of one transport at a time, and makes every new attempt itself: a transport
 * never reconnects on its own.
 */
public interface Transport extends AutoCloseable {

    /**
     * Starts connecting and returns at once. The outcome arrives on {@code listener}, perhaps before this returns: either
     * {@link ConnectionListener#onOpen}, or {@link ConnectionListener#onClosed} with the reason. Never throws, never
     * blocks.
     *
     * @param hello the first message; the transport sends it as soon as there is a link, before any other
     * @param listener takes what happens on this connection
     * @return the sending half; usable at once, though {@link Connection#trySend} says no until {@code onOpen}
     */
    Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener);

    /** Where it leads, for logs: a target without credentials. */
    String target();

    /**
     * What it would show of who it is, and trust, if it connected now. The agent asks every half minute, to connect anew when
     * something has changed and to tell when something will expire. Any thread; may read files.
     *
     * @throws Exception if a file that it needs cannot be read or makes no sense; what there is goes on
     */
    default Identity identity() throws Exception {
        return Identity.NONE;
    }

    /** Frees threads and other resources; connections still open are closed. Idempotent, returns within a second. */
    @Override
    void close();
}
