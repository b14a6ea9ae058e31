package dev.outpost.center;

import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An endpoint without a network: every connection to it is an agent that a test drives by hand. */
final class HandDrivenEndpoint implements TransportServer {

    private final ExecutorService wire = Executors.newSingleThreadExecutor(body -> {
        Thread thread = new Thread(body, "hand-driven-endpoint");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Acceptor acceptor;
    private volatile Optional<String> objection = Optional.empty();

    @Override
    public void start(Acceptor acceptor) {
        this.acceptor = acceptor;
    }

    @Override
    public int port() {
        return 0;
    }

    @Override
    public Optional<String> objectionTo(List<X509Certificate> chain) {
        return objection;
    }

    /** From now on there is that to say against all certificates. */
    void trustChanges(String newObjection) {
        objection = Optional.of(newObjection);
        acceptor.onTrustChanged();
    }

    /** A connection on which nothing has been said. */
    HandDrivenAgent connect() {
        return connect(new Peer("hand-driven", List.of(), null));
    }

    /** The same, from somebody. */
    HandDrivenAgent connect(Peer peer) {
        return new HandDrivenAgent(wire, acceptor, peer);
    }

    @Override
    public void close() {
        wire.shutdown();
    }
}
