package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.server.WebSocketCreator;
import org.jspecify.annotations.Nullable;

/** Answers handshakes: chooses the sub-protocol, makes the link, and keeps the links that are open. Thread-safe. */
final class CenterEndpoint implements WebSocketCreator {

    private final Side side;
    private final JsonCodec json;
    private final TransportServer.Acceptor acceptor;
    private final Door door;
    private final Object lock = new Object();
    private final Set<Link<CenterMessage, AgentMessage>> open = new LinkedHashSet<>();
    private boolean closed;

    CenterEndpoint(Side side, TransportServer.Acceptor acceptor, Door door) {
        this.side = side;
        this.json = new JsonCodec(side.maxMessageBytes());
        this.acceptor = acceptor;
        this.door = door;
    }

    @Override
    public @Nullable Object createWebSocket(
            ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
        WebSocketTransport.Form form = null;
        for (String offered : request.getSubProtocols()) {
            form = form == null ? WebSocketTransport.Form.of(offered) : form;
        }
        if (form == null) {
            Response.writeError(
                    request, response, callback, HttpStatus.BAD_REQUEST_400, "none of the sub-protocols is known here");
            return null;
        }
        response.setAcceptedSubProtocol(form.subprotocol());
        response.setExtensions(
                List.of()); // no compression: telemetry is compressed already, and limits stay what they say
        EndPoint socket = request.getConnectionMetaData().getConnection().getEndPoint();
        LinkHolder holder = new LinkHolder();
        return new CenterSocket(
                holder.link,
                WireCodec.ofCenter(form, json),
                acceptor,
                peerOf(request),
                holder::begins,
                () -> door.greeted(socket));
    }

    private static Peer peerOf(Request request) {
        List<X509Certificate> chain = List.of();
        if (request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls
                && tls.peerCertificates() != null) {
            chain = List.of(tls.peerCertificates());
        }
        return new Peer(
                String.valueOf(request.getConnectionMetaData().getRemoteSocketAddress()),
                chain,
                request.getHeaders().get(HttpHeader.AUTHORIZATION));
    }

    /** Closes all links; waits so long for their ends, then cuts what is left. An interrupt shortens it, and is kept. */
    void close(long nanos) {
        List<Link<CenterMessage, AgentMessage>> left;
        synchronized (lock) {
            closed = true;
            left = List.copyOf(open);
        }
        CloseReason reason = CloseReason.stop("the control center is closing");
        left.forEach(link -> link.close(reason));
        long until = System.nanoTime() + nanos;
        synchronized (lock) {
            try {
                for (long rest = nanos; !open.isEmpty() && rest > 0; rest = until - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(lock, rest);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            left = List.copyOf(open);
        }
        left.forEach(link -> link.fail(reason));
    }

    /** A link, and its place among those that are open. */
    private final class LinkHolder {

        private final Link<CenterMessage, AgentMessage> link = new Link<>(side, this::ended);

        /** The handshake is done; false when the server is closing. */
        boolean begins() {
            synchronized (lock) {
                return !closed && open.add(link);
            }
        }

        private void ended() {
            synchronized (lock) {
                open.remove(link);
                lock.notifyAll();
            }
        }
    }
}
