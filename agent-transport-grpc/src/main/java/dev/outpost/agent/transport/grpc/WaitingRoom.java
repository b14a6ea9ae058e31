package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.HandshakeLimit;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where connections wait, accepted and not read from, until it is their turn: not more often than the limit says, and not before
 * every event loop has had a turn since the last one went in. So when a thousand agents come at once, and even when the JVM is cold and a
 * handshake takes ten times as long, the loops have a handshake or two in hand and not hundreds, and those who are
 * connected already are served in between. On the accepting thread.
 *
 * <pre>
 *   accepted ──▶ waiting ──(rate, loops have had a turn)──▶ goes in: handshake on an event loop
 * </pre>
 */
final class WaitingRoom {

    /** A loop that is stuck for longer must not shut everybody out; the rate alone holds then. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final HandshakeLimit limit;
    private final int seats;
    private final EventLoop accepting;
    private final EventLoopGroup serving;
    private final LongSupplier nanoTime;
    private final Consumer<SocketChannel> goesIn;
    private final Queue<SocketChannel> waiting = new ArrayDeque<>();
    private int turnsOwed;
    private long lastNanos;
    private @Nullable Future<?> alarm;
    private boolean closed;

    /**
     * An empty one.
     *
     * @param seats how many may wait
     * @param goesIn is given each connection when its turn has come
     */
    WaitingRoom(
            HandshakeLimit limit,
            int seats,
            EventLoop accepting,
            EventLoopGroup serving,
            LongSupplier nanoTime,
            Consumer<SocketChannel> goesIn) {
        this.limit = limit;
        this.seats = seats;
        this.accepting = accepting;
        this.serving = serving;
        this.nanoTime = nanoTime;
        this.goesIn = goesIn;
    }

    /** Takes a connection, whose turn may be at once; false when there is no room. */
    boolean tryEnter(SocketChannel channel) {
        if (closed || waiting.size() >= seats) {
            return false;
        }
        waiting.add(channel);
        callNext();
        return true;
    }

    private void callNext() {
        while (!waiting.isEmpty() && loopsHadTheirTurn() && limit.tryNext()) {
            SocketChannel next = waiting.remove();
            owe();
            goesIn.accept(next);
        }
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        if (!waiting.isEmpty() && !accepting.isShuttingDown()) {
            long untilNext = turnsOwed > 0 ? PATIENCE_NANOS : limit.retryAfter().toNanos();
            alarm = accepting.schedule(this::callNext, untilNext, TimeUnit.NANOSECONDS);
        }
    }

    private boolean loopsHadTheirTurn() {
        return turnsOwed == 0 || nanoTime.getAsLong() - lastNanos >= PATIENCE_NANOS;
    }

    /** A turn of each loop from now on. */
    private void owe() {
        lastNanos = nanoTime.getAsLong();
        for (EventExecutor loop : serving) {
            try {
                loop.execute(() -> accepting.execute(this::turned));
                turnsOwed++;
            } catch (RejectedExecutionException e) {
                return; // the server is closing: nobody goes in any more
            }
        }
    }

    private void turned() {
        turnsOwed--;
        if (turnsOwed == 0 && !waiting.isEmpty()) {
            callNext();
        }
    }

    int size() {
        return waiting.size();
    }

    /** Hangs up on all, and takes nobody any more. */
    void close() {
        closed = true;
        waiting.forEach(channel -> channel.unsafe().closeForcibly());
        waiting.clear();
    }
}
