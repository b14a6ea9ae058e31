package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.HandshakeLimit;
import dev.outpost.agent.transport.ServerLog;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in, decided as soon as a connection is accepted and before anything is read from it, so that it costs next to nothing:
 * so many new connections a second, and so many at once of which nobody knows yet whose they are. Thread-safe.
 */
final class Door {

    /** The handshake has 20 s, and then the hello 10 s. */
    private static final long UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final HandshakeLimit limit;
    private final int seats;
    private final int mostUnknown;
    private final ServerLog log;
    private final LongSupplier nanoTime;
    private final Map<SocketAddress, Unknown> unknown = new ConcurrentHashMap<>();

    private record Unknown(SocketChannel channel, long since) {}

    Door(HandshakeLimit limit, int seats, int mostUnknown, ServerLog log, LongSupplier nanoTime) {
        this.limit = limit;
        this.seats = seats;
        this.mostUnknown = mostUnknown;
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** A room for those whose turn has not come. */
    WaitingRoom newRoom(EventLoop accepting, EventLoopGroup serving, Consumer<SocketChannel> goesIn) {
        return new WaitingRoom(limit, seats, accepting, serving, nanoTime, goesIn);
    }

    /** Whether the connection may go on, now or in its turn; if not, it is to be closed. */
    boolean opensTo(SocketChannel channel, WaitingRoom room) {
        InetSocketAddress from = channel.remoteAddress();
        if (from == null) {
            return false; // gone already
        }
        if (unknown.size() + room.size() >= mostUnknown) {
            return refuse("UNKNOWN_LIMIT", from);
        }
        if (!limit.tryFrom(from.getAddress())) {
            return refuse("ADDRESS_LIMIT", from);
        }
        return room.tryEnter(channel) || refuse("TOTAL_LIMIT", from);
    }

    /** Its handshake is to begin. */
    void enters(SocketChannel channel) {
        SocketAddress from = channel.remoteAddress();
        log.count("connections.accepted");
        if (from != null) {
            Unknown entry = new Unknown(channel, nanoTime.getAsLong());
            unknown.put(from, entry);
            var unused = channel.closeFuture().addListener(closed -> unknown.remove(from, entry));
        }
        channel.pipeline().addLast(new HandshakeWatch(this));
    }

    private boolean refuse(String why, SocketAddress from) {
        log.count("connections.refused{" + why + "}");
        log.warn("server.connection.refused", why, "peer=" + from + " too many new connections");
        return false;
    }

    /** A connection's user has let its peer in. */
    void letIn(SocketAddress peer) {
        unknown.remove(peer);
    }

    void handshakeDone() {
        log.count("handshakes.done");
    }

    void handshakeFailed(String fault, @Nullable SocketAddress peer, String detail) {
        log.count("handshakes.failed{" + fault + "}");
        log.warn("server.handshake.failed", fault, "peer=" + peer + " " + detail);
    }

    /** Closes connections of which it is not known for too long whose they are; now and then. */
    void sweep() {
        long now = nanoTime.getAsLong();
        unknown.forEach((peer, entry) -> {
            if (now - entry.since > UNKNOWN_NANOS && unknown.remove(peer, entry)) {
                log.count("connections.swept{unknown}");
                var unused = entry.channel.close();
            }
        });
    }

    int unknownNow() {
        return unknown.size();
    }

    SortedMap<String, Long> counters() {
        SortedMap<String, Long> all = log.counters();
        all.put("connections.unknown", (long) unknown.size());
        return all;
    }
}
