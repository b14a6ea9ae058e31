package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's WebSocket as a {@link Wire}. Jetty answers pings, and lets in one piece of a message each time it is asked to; it could
 * put messages together too, but only with a copy more of each. Public only because Jetty looks its methods up by reflection:
 * nobody else can make one.
 */
@SuppressWarnings("exports") // whoever serves has Jetty; whoever does not, does not need this class
public final class CenterSocket implements Session.Listener {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.websocket");

    /** Sessions know when nothing is heard, at the latest after half an hour; this is for links that have none. */
    private static final Duration IDLE = Duration.ofMinutes(45);

    private final Link<CenterMessage, AgentMessage> link;
    private final WireCodec<CenterMessage, AgentMessage> codec;
    private final TransportServer.Acceptor acceptor;
    private final Peer peer;
    private final BooleanSupplier begins;
    private final Runnable onHello;
    private volatile @Nullable Session session;

    // Touched by Jetty's calls only, which are serial.
    private @Nullable Incoming incoming;
    private boolean greeted;

    CenterSocket(
            Link<CenterMessage, AgentMessage> link,
            WireCodec<CenterMessage, AgentMessage> codec,
            TransportServer.Acceptor acceptor,
            Peer peer,
            BooleanSupplier begins,
            Runnable onHello) {
        this.link = link;
        this.codec = codec;
        this.acceptor = acceptor;
        this.peer = peer;
        this.begins = begins;
        this.onHello = onHello;
    }

    // ---- Session.Listener -----------------------------------------------------------------------------------------

    @Override
    public void onWebSocketOpen(Session opened) {
        session = opened;
        if (!begins.getAsBoolean()) {
            opened.close(CloseCodes.GOING_AWAY, "the control center is closing", Callback.NOOP);
            return;
        }
        Wire wire = new JettyWire(opened);
        incoming = new Incoming(link, wire);
        link.opened(wire, codec, null);
        ConnectionListener<AgentMessage> listener;
        try {
            listener = acceptor.onConnection(link, peer);
        } catch (RuntimeException e) { // an acceptor throws nothing; if it does, only this link may suffer
            LOG.error("event=websocket.acceptor.failed {}", peer, e);
            listener = new Nobody();
            opened.close(CloseCodes.INTERNAL_ERROR, "", Callback.NOOP);
        }
        link.listenWith(listener);
    }

    @Override
    public void onWebSocketPartialBinary(ByteBuffer piece, boolean last, Callback taken) {
        greeted(last);
        Incoming open = incoming;
        if (open != null) {
            open.bytes(piece, last);
        }
        taken.succeed();
    }

    @Override
    public void onWebSocketPartialText(String piece, boolean last) {
        greeted(last);
        Incoming open = incoming;
        if (open != null) {
            open.text(piece, last);
        }
    }

    /** The door waits for a whole message: who sends it byte by byte has not greeted. */
    private void greeted(boolean wholeMessage) {
        Session open = session;
        if (wholeMessage && !greeted && open != null) {
            greeted = true;
            open.setIdleTimeout(IDLE);
            onHello.run();
        }
    }

    @Override
    public void onWebSocketClose(int code, @Nullable String reason, Callback taken) {
        link.closedByPeer(code, reason == null ? "" : reason);
        taken.succeed();
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        CloseReason reason = CloseReason.retry("the link broke: " + Failures.describe(cause), cause);
        link.closedByLibrary(reason.as(Fault.LOST));
    }

    /** For a link that nobody has taken; it still has to come to its end. */
    private static final class Nobody implements ConnectionListener<AgentMessage> {

        @Override
        public void onOpen() {}

        @Override
        public void onMessage(Envelope<AgentMessage> message) {}

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(CloseReason reason) {}
    }

    /** The sending half. */
    private final class JettyWire implements Wire {

        private final Session open;

        JettyWire(Session open) {
            this.open = open;
        }

        @Override
        public void send(WireMessage message, Consumer<@Nullable Throwable> sent) {
            Callback done = Callback.from(() -> sent.accept(null), sent);
            unlessGone(() -> {
                if (message.text() == null) {
                    open.sendBinary(message.bytes().duplicate(), done);
                } else {
                    open.sendText(message.text(), done);
                }
            });
        }

        @Override
        public void sendClose(int code, String reason) {
            unlessGone(() -> open.close(code, reason, Callback.NOOP)); // when it fails Jetty cuts the link and says so
        }

        @Override
        public void demand() {
            unlessGone(open::demand);
        }

        /** Jetty throws when the link went in between; the link must hear of it, and go on to its end. */
        private void unlessGone(Runnable call) {
            try {
                call.run();
            } catch (RuntimeException e) {
                link.closedByLibrary(CloseReason.retry("the link broke: " + Failures.describe(e), e)
                        .as(Fault.LOST));
            }
        }

        @Override
        public void abort() {
            open.disconnect();
        }
    }
}
