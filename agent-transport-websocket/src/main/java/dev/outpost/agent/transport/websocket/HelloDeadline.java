package dev.outpost.agent.transport.websocket;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts connections whose first message is not there in time: TLS handshake, HTTP handshake and hello together, counted from the
 * connection, so that trickling bytes does not help. And no more than so many may be in that state. Thread-safe.
 */
final class HelloDeadline implements Connection.Listener {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.websocket");

    private final Map<EndPoint, Future<?>> waiting = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer;
    private final Duration patience;
    private final int most;

    HelloDeadline(ScheduledExecutorService timer, Duration patience, int most) {
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
            LOG.warn("event=websocket.server.crowded {} connections have sent no hello yet; one more is cut", most);
            socket.close();
            return;
        }
        waiting.put(socket, timer.schedule(() -> expired(socket), patience.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public void onClosed(Connection connection) {
        EndPoint socket = socketOf(connection.getEndPoint());
        if (!socket.isOpen()) { // else it was only the end of one protocol
            forget(socket);
        }
    }

    /** The hello is there. */
    void greeted(EndPoint endPoint) {
        forget(socketOf(endPoint));
    }

    private void expired(EndPoint socket) {
        if (waiting.remove(socket) != null) {
            LOG.info(
                    "event=websocket.server.no_hello {} sent none within {}",
                    socket.getRemoteSocketAddress(),
                    patience);
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
