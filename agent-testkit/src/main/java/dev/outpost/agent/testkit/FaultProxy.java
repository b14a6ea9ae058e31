package dev.outpost.agent.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy between real sockets that does to connections what networks do: slow, silent, broken.
 *
 * <p>It listens on a loopback port that stays the same for its life, and leads to a target that may be exchanged. Faults are
 * switched while connections are open; a method that switches one returns when it is in effect. Faults add up, until
 * {@link #heal}.
 *
 * <p><b>A stream never has a hole.</b> Where bytes, or a connection's end, have been swallowed, nothing passes in that
 * direction any more, also after {@link #heal}: the connection stays open and silent until its ends give it up, as behind a
 * firewall that has forgotten it. New connections are not affected.
 *
 * <p><b>Thread-safe.</b> One daemon thread for all connections. <b>Memory:</b> at most 128 KiB per connection and direction;
 * beyond that the sender is held up as TCP does it, and beyond 1,024 connections further ones are refused.
 */
public final class FaultProxy implements AutoCloseable {

    /** One of the two ends of a connection; for what flows: where it flows to. */
    public enum Side {
        /** Who has connected to the proxy. */
        CLIENT,
        /** Whom the proxy leads to. */
        TARGET
    }

    private static final int MOST_LINKS = 1_024;

    private final Selector selector;
    private final ServerSocketChannel server;
    private final InetSocketAddress address;
    private final Queue<FutureTask<?>> changes = new ConcurrentLinkedQueue<>();
    private final Faults faults = new Faults(); // the thread's own, as the links are
    private final List<FaultLink> links = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong accepted = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    private FaultProxy(InetSocketAddress target) throws IOException {
        faults.target = target;
        selector = Selector.open();
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        address = (InetSocketAddress) server.getLocalAddress();
        thread = new Thread(this::run, "fault-proxy-" + address.getPort());
        thread.setDaemon(true);
    }

    /**
     * A proxy to {@code target}, without faults. The target need not be there: then a connection is reset.
     *
     * @throws IOException if no port can be had
     */
    public static FaultProxy to(InetSocketAddress target) throws IOException {
        FaultProxy proxy = new FaultProxy(target);
        proxy.thread.start();
        return proxy;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** The port where it listens. */
    public int port() {
        return address.getPort();
    }

    /** Leads new connections to {@code target} from now on; those that are open stay where they are. */
    public void target(InetSocketAddress target) {
        change(() -> faults.target = target);
    }

    // ---- faults that last -----------------------------------------------------------------------------------------

    /**
     * Holds every byte back for so long, in both directions, without making the connection any narrower while not more than
     * its memory is under way. Counts for what is held now as well, so that zero lets everything go.
     *
     * @param oneWay 0 or more; a round trip takes twice as long
     */
    public void latency(Duration oneWay) {
        if (oneWay.isNegative()) {
            throw new IllegalArgumentException("latency is " + oneWay + "; allowed is 0 or more");
        }
        change(() -> faults.latencyNanos = oneWay.toNanos());
    }

    /**
     * Lets so many bytes pass per second, for each connection and direction.
     *
     * @param bytesPerSecond 1 or more; 0 for as many as there are
     */
    public void throttle(long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("throttle is " + bytesPerSecond + "; allowed is 0 or more");
        }
        change(() -> faults.bytesPerSecond = bytesPerSecond);
    }

    /** Takes what is sent, in both directions, and lets nothing through; new connections come to be and lead nowhere. */
    public void blackHole() {
        change(() -> {
            faults.swallow(Side.CLIENT);
            faults.swallow(Side.TARGET);
        });
    }

    /** The same in one direction only; with {@code TARGET} new connections lead nowhere. */
    public void blackHole(Side towards) {
        change(() -> faults.swallow(towards));
    }

    /**
     * Neither takes nor passes anything, and loses nothing: senders wait as their own memory fills. Like a network that is
     * away for a while, whose loss TCP makes up for.
     */
    public void freeze() {
        change(() -> faults.frozen = true);
    }

    /** Resets new connections as soon as they are made (the port stays taken, so that nobody else gets it). */
    public void refuse() {
        change(() -> faults.refusing = true);
    }

    /** Ends all faults that last, and what was to happen after some bytes. What they have destroyed stays so. */
    public void heal() {
        change(faults::heal);
    }

    // ---- faults that happen ---------------------------------------------------------------------------------------

    /** Ends all connections with a reset at both ends, as a process that dies does; what is held is lost. */
    public void cut() {
        change(() -> links.forEach(FaultLink::reset));
    }

    /** Ends all connections in good order (FIN) at both ends, in the middle of whatever is under way; what is held is lost. */
    public void end() {
        change(() -> links.forEach(FaultLink::finish));
    }

    /**
     * Resets one connection when so many further bytes have passed in this direction, of all connections together: in the
     * midst of a frame, a handshake, a length. Happens once.
     *
     * @param bytes 1 or more
     */
    public void cutAfter(Side towards, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes is " + bytes + "; allowed is 1 or more");
        }
        change(() -> faults.cutAfter(towards, bytes));
    }

    /** Resets all connections at this side and leaves the other side in the belief that they stand: half-open. */
    public void forget(Side side) {
        change(() -> links.forEach(link -> link.forget(side)));
    }

    // ---- figures --------------------------------------------------------------------------------------------------

    /** Connections that were made to the proxy so far, refused ones included. */
    public long accepted() {
        return accepted.get();
    }

    /** Connections that at least one side believes in. */
    public int links() {
        return open.get();
    }

    /** Bytes that have passed in this direction so far. Their reader may have them a moment before they count. */
    public long passed(Side towards) {
        return faults.passed(towards).get();
    }

    /** Bytes that were taken in this direction so far and never passed on: swallowed, or held when the connection ended. */
    public long swallowed(Side towards) {
        return faults.swallowed(towards).get();
    }

    /** Bytes that are held in this direction now, by {@link #latency} or {@link #throttle} or because they are not taken. */
    public long held(Side towards) {
        return faults.held(towards).get();
    }

    /** Resets all connections and frees the port. Idempotent; waits for its thread. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the thread ends at once; the interrupt is kept
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the thread -----------------------------------------------------------------------------------------------

    private void change(Runnable change) {
        FutureTask<?> task = new FutureTask<>(change, null);
        changes.add(task);
        selector.wakeup();
        if (!thread.isAlive()) {
            task.cancel(false); // the thread did not see it, or has run it already
        }
        boolean interrupted = false;
        try {
            while (!task.isDone()) {
                try {
                    task.get();
                } catch (InterruptedException e) {
                    interrupted = true; // it takes effect in a moment; the interrupt is kept
                }
            }
            if (task.isCancelled()) {
                throw new IllegalStateException("the proxy is closed", failure);
            }
            task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the proxy has failed", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            while (!closed) {
                turn();
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        } finally {
            links.forEach(FaultLink::reset);
            open.set(0);
            shut();
            closed = true;
            changes.forEach(change -> change.cancel(false));
        }
    }

    private void shut() {
        try {
            server.close();
            selector.close();
        } catch (IOException e) {
            failure = e;
        }
    }

    private void turn() throws IOException {
        selector.select(waitMillis());
        for (FutureTask<?> change = changes.poll(); change != null; change = changes.poll()) {
            links.forEach(FaultLink::settle);
            change.run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof FaultLink link) {
                link.ready(key);
            }
        }
        selector.selectedKeys().clear();
        if (!faults.frozen) {
            accept();
        }
        SelectionKey accepting = server.keyFor(selector);
        accepting.interestOps(faults.frozen ? 0 : SelectionKey.OP_ACCEPT);
        long now = System.nanoTime();
        links.forEach(link -> link.turn(now));
        links.removeIf(FaultLink::isOver);
        open.set(links.size());
    }

    /** Until the first held byte may go; 0 for "until something happens". */
    private long waitMillis() {
        long now = System.nanoTime();
        long wait = Long.MAX_VALUE;
        for (FaultLink link : links) {
            wait = Math.min(wait, link.waitNanos(now));
        }
        return wait == Long.MAX_VALUE ? 0 : 1 + wait / 1_000_000;
    }

    private void accept() throws IOException {
        for (SocketChannel client = server.accept(); client != null; client = server.accept()) {
            accepted.incrementAndGet();
            if (faults.refusing || links.size() >= MOST_LINKS) {
                client.setOption(StandardSocketOptions.SO_LINGER, 0);
                client.close();
            } else {
                links.add(FaultLink.between(client, faults, selector));
                open.set(links.size());
            }
        }
    }
}
