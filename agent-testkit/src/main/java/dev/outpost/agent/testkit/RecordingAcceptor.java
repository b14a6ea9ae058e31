package dev.outpost.agent.testkit;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes links and keeps them for a test. Thread-safe. */
final class RecordingAcceptor implements TransportServer.Acceptor {

    private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();

    record Accepted(Connection<CenterMessage> connection, RecordingListener<AgentMessage> listener, Peer peer) {}

    @Override
    public ConnectionListener<AgentMessage> onConnection(Connection<CenterMessage> connection, Peer peer) {
        RecordingListener<AgentMessage> listener = new RecordingListener<>();
        accepted.add(new Accepted(connection, listener, peer));
        return listener;
    }

    Accepted await() throws InterruptedException {
        Accepted next = accepted.poll(RecordingListener.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no connection came in");
        }
        return next;
    }
}
