package dev.outpost.agent.transport;

import dev.outpost.agent.protocol.Envelope;

/**
 * The receiving half of one link, made by its user.
 *
 * <p>Calls are serial, on any thread, in this order: {@code onOpen? (onMessage | onWritable)* onClosed}; {@code onClosed}
 * comes exactly once and last. They only enqueue and return within microseconds, so a transport may make them on its
 * event loop; they throw nothing.
 *
 * @param <R> what is received
 */
public interface ConnectionListener<R> {

    /** The link is up; for an agent: the hello has been sent. */
    void onOpen();

    /** A message came in; never more of them than were {@linkplain Connection#request requested}. */
    void onMessage(Envelope<R> message);

    /** {@link Connection#trySend} said no before and may say yes now. May come without need. */
    void onWritable();

    /** The link is gone. */
    void onClosed(CloseReason reason);
}
