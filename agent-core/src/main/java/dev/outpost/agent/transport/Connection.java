package dev.outpost.agent.transport;

import dev.outpost.agent.protocol.Envelope;

/**
 * The sending half of one link.
 *
 * <p><b>Thread:</b> one at a time; the caller sees to that. <b>Blocking:</b> never.
 *
 * @param <S> what is sent
 */
public interface Connection<S> {

    /**
     * Takes a message, or says "full".
     *
     * <p>Messages arrive in the order in which they were taken. A true is no promise of arrival. After a false,
     * {@link ConnectionListener#onWritable} follows as soon as it is worth trying again (or {@code onClosed}). The bytes
     * of a message (telemetry bodies) may be read until the connection has reported {@code onClosed}, and must not be
     * changed before.
     */
    boolean trySend(Envelope<S> message);

    /**
     * Lets {@code count} further messages in. A new connection lets none in, so that a slow receiver costs its peer's
     * memory and not its own.
     */
    void request(int count);

    /**
     * Closes the link after what was taken before has been handed to the network. {@link ConnectionListener#onClosed}
     * follows, exactly once. Idempotent.
     *
     * @param reason what the peer is told
     */
    void close(CloseReason reason);
}
