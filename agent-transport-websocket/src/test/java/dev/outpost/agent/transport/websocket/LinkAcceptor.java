package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes links, lets a few messages in, and keeps both halves for a test. Thread-safe. */
final class LinkAcceptor implements TransportServer.Acceptor {

    private static final int DEMAND = 10;

    private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();

    record Accepted(Connection<CenterMessage> connection, LinkRecorder<AgentMessage> heard, Peer peer) {}

    @Override
    public ConnectionListener<AgentMessage> onConnection(Connection<CenterMessage> connection, Peer peer) {
        LinkRecorder<AgentMessage> heard = new LinkRecorder<>();
        connection.request(DEMAND);
        accepted.add(new Accepted(connection, heard, peer));
        return heard;
    }

    Accepted await() throws InterruptedException {
        Accepted next = accepted.poll(LinkRecorder.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no connection came in");
        }
        return next;
    }

    int waiting() {
        return accepted.size();
    }
}
