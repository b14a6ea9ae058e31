package dev.outpost.agent.internal.session;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transport whose far end is the test. */
final class FakeTransport implements Transport {

    final List<Link> links = new ArrayList<>();

    /** Of all transports of a test, in order. */
    List<Link> all = new ArrayList<>();

    Identity identity = Identity.NONE;

    @Nullable Exception identityFailure;

    private final String target;

    FakeTransport(String target) {
        this.target = target;
    }

    @Nullable RuntimeException failure;

    @Override
    public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
        if (failure != null) {
            throw failure;
        }
        Link link = new Link(hello, listener);
        links.add(link);
        all.add(link);
        return link;
    }

    /** The newest link. */
    Link link() {
        return links.get(links.size() - 1);
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public Identity identity() throws Exception {
        if (identityFailure != null) {
            throw identityFailure;
        }
        return identity;
    }

    @Override
    public void close() {}

    /** One connection, seen from the control center. */
    static final class Link implements Connection<AgentMessage> {
        final Envelope<Hello> hello;
        final ConnectionListener<CenterMessage> listener;
        final List<Envelope<AgentMessage>> received = new ArrayList<>();
        int room = Integer.MAX_VALUE;
        int requested;

        @Nullable RuntimeException brokenBy;

        @Nullable CloseReason closed;

        private long nextId = 1;

        Link(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
            this.hello = hello;
            this.listener = listener;
        }

        /** Sends the agent a message and gives back its id. */
        long say(CenterMessage message) {
            listener.onMessage(new Envelope<>(nextId, 0, 0, message));
            return nextId++;
        }

        /** What came in of a type, in order. */
        <M> List<M> received(Class<M> type) {
            return received.stream()
                    .map(Envelope::payload)
                    .filter(type::isInstance)
                    .map(type::cast)
                    .toList();
        }

        @Override
        public boolean trySend(Envelope<AgentMessage> message) {
            if (brokenBy != null) {
                throw brokenBy;
            }
            if (room == 0 || closed != null) {
                return false;
            }
            room--;
            received.add(message);
            return true;
        }

        @Override
        public void request(int count) {
            requested += count;
        }

        @Override
        public void close(CloseReason reason) {
            if (closed == null) {
                closed = reason;
            }
        }
    }
}
