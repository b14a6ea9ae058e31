package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.HandshakeLimit;
import dev.outpost.agent.transport.ServerLog;
import dev.outpost.agent.transport.TlsFaults;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;

/**
 * Refuses connections that are too many, before TLS, and cuts those whose first message is not there in time: TLS handshake, HTTP handshake and hello together, counted from the
 * connection, so that trickling bytes does not help. Counts what comes of connections before anybody knows whose they are. Thread-safe.
 */
final class Door implements Connection.Listener, SslHandshakeListener {

    private final Map<EndPoint, Future<?>> waiting = new ConcurrentHashMap<>();
    private final HandshakeLimit limit;
    private final ServerLog log;
    private final ScheduledExecutorService timer;
    private final Duration patience;
    private final int most;

    Door(HandshakeLimit limit, ServerLog log, ScheduledExecutorService timer, Duration patience, int most) {
        this.limit = limit;
        this.log = log;
        this.timer = timer;
        this.patience = patience;
        this.most = most;
    }

    @Override
    public void onOpened(Connection connection) {
        EndPoint socket = socketOf(connection.getEndPoint());
        if (waiting.containsKey(socket)) {
            return; // the next protocol on the same socket
        }
        if (waiting.size() >= most) {
            refuse("UNKNOWN_LIMIT", socket);
            return;
        }
        if (socket.getRemoteSocketAddress() instanceof InetSocketAddress from) {
            HandshakeLimit.Answer answer = limit.tryBegin(from.getAddress());
            if (answer != HandshakeLimit.Answer.ADMITTED) {
                refuse(answer.name(), socket);
                return;
            }
        }
        log.count("connections.accepted");
        waiting.put(socket, timer.schedule(() -> expired(socket), patience.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public void onClosed(Connection connection) {
        EndPoint socket = socketOf(connection.getEndPoint());
        if (!socket.isOpen()) { // else it was only the end of one protocol
            forget(socket);
        }
    }

    /** Before TLS: a connection that is refused costs next to nothing. */
    private void refuse(String why, EndPoint socket) {
        log.count("connections.refused{" + why + "}");
        String peer = "peer=" + socket.getRemoteSocketAddress();
        log.warn("server.connection.refused", why, peer + " too many new connections");
        socket.close();
    }

    @Override
    public void handshakeSucceeded(Event event) {
        log.count("handshakes.done");
    }

    @Override
    public void handshakeFailed(Event event, Throwable failure) {
        String fault = TlsFaults.of(failure).map(Enum::name).orElse("OTHER");
        log.count("handshakes.failed{" + fault + "}");
        Object peer =
                event.getEndPoint() == null ? "unknown" : event.getEndPoint().getRemoteSocketAddress();
        log.warn("server.handshake.failed", fault, "peer=" + peer + " " + Failures.describe(failure));
    }

    /** A peer on a port in plaintext. */
    void spokeTls(EndPoint endPoint) {
        String fault = Fault.TLS_PROTOCOL.name();
        log.count("handshakes.failed{" + fault + "}");
        String peer = "peer=" + endPoint.getRemoteSocketAddress();
        log.warn("server.handshake.failed", fault, peer + " it speaks TLS, and this port plaintext");
    }

    /** The hello is there. */
    void greeted(EndPoint endPoint) {
        forget(socketOf(endPoint));
    }

    private void expired(EndPoint socket) {
        if (waiting.remove(socket) != null) {
            log.count("connections.swept{unknown}");
            String peer = "peer=" + socket.getRemoteSocketAddress();
            log.warn("server.connection.unknown", "NO_HELLO", peer + " sent no hello within " + patience);
            socket.close();
        }
    }

    private void forget(EndPoint socket) {
        Future<?> deadline = waiting.remove(socket);
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    /** Below TLS. */
    private static EndPoint socketOf(EndPoint endPoint) {
        EndPoint socket = endPoint;
        while (socket instanceof EndPoint.Wrapper wrapper) {
            socket = wrapper.unwrap();
        }
        return socket;
    }
}
