package dev.outpost.agent.testkit;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: one server, any number of transports that lead to it, and faults on demand. All deliveries happen on
 * one thread of the network, in order. Thread-safe.
 */
public final class InMemoryNetwork implements AutoCloseable {

    /** Messages that a link holds before it says "full". */
    static final int LINK_CAPACITY = 64;

    private final ExecutorService wire = Executors.newSingleThreadExecutor(body -> {
        Thread thread = new Thread(body, "in-memory-network");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicReference<TransportServer.@Nullable Acceptor> acceptor = new AtomicReference<>();
    private final Set<InMemoryLink> links = ConcurrentHashMap.newKeySet();

    /** A network without a server. */
    public InMemoryNetwork() {}

    /** The server's end; start it to be reachable, close it to be gone, make another to come back. */
    public TransportServer newServer() {
        return new Server();
    }

    /** An agent's end. */
    public Transport newTransport() {
        return new Client();
    }

    /** Cuts all links that stand now, as a router that reboots does; those that are made meanwhile stay. */
    public void cutAll() {
        List.copyOf(links)
                .forEach(link -> link.end(
                        CloseReason.retry("the network was cut", null),
                        CloseReason.retry("the network was cut", null)));
    }

    /** How many links stand. */
    public int linkCount() {
        return links.size();
    }

    @Override
    public void close() {
        cutAll();
        wire.shutdown();
    }

    private void remove(InMemoryLink link) {
        links.remove(link);
    }

    private final class Client implements Transport {

        private final Set<InMemoryLink> mine = ConcurrentHashMap.newKeySet();

        @Override
        public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
            InMemoryLink link = new InMemoryLink(wire, closed -> {
                remove(closed);
                mine.remove(closed);
            });
            mine.add(link);
            link.center().listener(listener);
            wire.execute(() -> connect(link, hello));
            return link.agent();
        }

        private void connect(InMemoryLink link, Envelope<Hello> hello) {
            TransportServer.Acceptor server = acceptor.get();
            if (server == null) {
                link.end(CloseReason.retry("connection refused", null), CloseReason.stop("never opened"));
                return;
            }
            links.add(link);
            link.agent().listener(server.onConnection(link.center(), new Peer("in-memory", List.of(), null)));
            link.open();
            link.agent().sendFirst(new Envelope<>(hello.id(), 0, hello.epochNanos(), hello.payload()));
        }

        @Override
        public String target() {
            return "in-memory";
        }

        @Override
        public void close() {
            mine.forEach(link -> link.end(
                    CloseReason.stop("transport closed"), CloseReason.retry("the agent's transport closed", null)));
        }
    }

    private final class Server implements TransportServer {

        private TransportServer.@Nullable Acceptor mine;

        @Override
        public void start(Acceptor newAcceptor) {
            mine = newAcceptor;
            acceptor.set(newAcceptor);
        }

        @Override
        public int port() {
            return 0;
        }

        @Override
        public void close() {
            if (acceptor.compareAndSet(mine, null)) {
                List.copyOf(links)
                        .forEach(link -> link.end(
                                CloseReason.retry("the control center closed", null),
                                CloseReason.stop("server closed")));
            }
        }
    }
}
