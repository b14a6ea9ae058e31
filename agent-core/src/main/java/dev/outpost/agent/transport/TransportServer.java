package dev.outpost.agent.transport;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * SPI: the server side of a transport, for control centers.
 *
 * <p>The same rules hold as on the agent's side: serial listener calls, no blocking, messages only as requested.
 */
public interface TransportServer extends AutoCloseable {

    /**
     * Begins to listen.
     *
     * @throws IOException if the address cannot be bound or the certificates cannot be read
     */
    void start(Acceptor acceptor) throws IOException;

    /** The port it listens on, after {@link #start}; 0 for a transport without ports. */
    int port();

    /**
     * What it counts, by name, about connections that do not get as far as the {@link Acceptor}:
     * {@code handshakes.failed{<fault>}}, {@code connections.refused{<limit>}} and the like. What ends in {@code .expires} is a
     * time, in seconds since 1970; of several servers' the earliest counts, of all else the sum. Any thread.
     */
    default SortedMap<String, Long> counters() {
        return Collections.emptySortedMap();
    }

    /**
     * Why a peer that shows these certificates would not get as far as the {@link Acceptor} now; those of a connection that stands were in
     * order once, and what is trusted may have changed since. Any thread; takes no longer than a handshake's check.
     *
     * @param chain leaf first, as in {@link Peer#certificates}
     * @return empty if it would, or if no certificate is asked for
     */
    default Optional<String> objectionTo(List<X509Certificate> chain) {
        return Optional.empty();
    }

    /** Stops listening and closes all links, which report {@link CloseReason.Next#STOP}. Idempotent. */
    @Override
    void close();

    /** Takes new links. */
    @FunctionalInterface
    interface Acceptor {

        /**
         * A peer has connected. Called on the transport's thread; must not block.
         *
         * @param connection the sending half; trySend may be used at once
         * @param peer what the transport knows about the other side
         * @return takes what happens on this link
         */
        ConnectionListener<AgentMessage> onConnection(Connection<CenterMessage> connection, Peer peer);

        /**
         * Other authorities are trusted from now on; connections that stand may be those of peers to whom there is an
         * {@linkplain TransportServer#objectionTo objection}. Any thread; must not block.
         */
        default void onTrustChanged() {
            // who has no use for it lets them stand
        }
    }
}
