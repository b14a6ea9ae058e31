package dev.outpost.agent.testkit;

import dev.outpost.agent.testkit.FaultProxy.Side;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One connection through the proxy: two ends and a flow in each direction. All on the proxy's thread. */
final class FaultLink {

    private final Faults faults;
    private final SocketChannel client;
    private final SocketChannel target;
    private final Selector selector;
    private final FaultFlow toClient;
    private final FaultFlow toTarget;
    private boolean connected;
    private boolean over;

    private FaultLink(SocketChannel client, SocketChannel target, Faults faults, Selector selector) {
        this.client = client;
        this.target = target;
        this.selector = selector;
        this.faults = faults;
        this.toClient = new FaultFlow(target, client, Side.CLIENT, faults);
        this.toTarget = new FaultFlow(client, target, Side.TARGET, faults);
    }

    /** Begins to connect to the target, unless what is sent there is swallowed. */
    static FaultLink between(SocketChannel client, Faults faults, Selector selector) throws IOException {
        FaultLink link = new FaultLink(client, SocketChannel.open(), faults, selector);
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        client.register(selector, 0, link);
        link.target.configureBlocking(false);
        link.target.setOption(StandardSocketOptions.TCP_NODELAY, true);
        link.target.register(selector, 0, link);
        if (faults.isSwallowing(Side.TARGET)) {
            link.connected = true;
            link.forget(Side.TARGET);
            return link;
        }
        try {
            link.connected = link.target.connect(faults.target);
        } catch (IOException | RuntimeException e) { // no such address: nobody is there
            link.reset();
        }
        return link;
    }

    /** The selector has found something to do at one of the ends. */
    void ready(SelectionKey key) {
        if (over || !key.isValid()) {
            return;
        }
        if (key.isConnectable()) {
            settle();
        } else if (key.isReadable()) {
            boolean fromClient = key.channel() == client;
            FaultFlow flow = fromClient ? toTarget : toClient;
            try {
                flow.fill(System.nanoTime());
            } catch (IOException e) {
                lost(fromClient ? Side.CLIENT : Side.TARGET);
            }
        }
    }

    /**
     * Takes note of a connection that is made. A fault that is to happen to it does not wait for the selector to say so: the
     * target may have accepted it, and rely on it.
     */
    void settle() {
        if (over || connected) {
            return;
        }
        try {
            connected = target.finishConnect();
        } catch (IOException e) {
            reset(); // nobody listens there
        }
    }

    /** Passes on what is due, and tells the selector what to look out for. */
    void turn(long now) {
        if (over) {
            return;
        }
        if (connected && !faults.frozen) {
            move(toTarget, Side.TARGET, now);
            move(toClient, Side.CLIENT, now);
        }
        if (toClient.isEnded() && toTarget.isEnded()) {
            close();
        }
        if (!over) {
            watch(client, toTarget, toClient);
            watch(target, toClient, toTarget);
        }
    }

    private void move(FaultFlow flow, Side sink, long now) {
        try {
            if (!over && flow.drain(now)) {
                reset();
            }
        } catch (IOException e) {
            lost(sink);
        }
    }

    private void watch(SocketChannel end, FaultFlow from, FaultFlow to) {
        SelectionKey key = end.keyFor(selector);
        if (key == null || !key.isValid()) {
            return; // closed
        }
        int operations = 0;
        if (!connected && end == target) {
            operations = SelectionKey.OP_CONNECT;
        } else if (!faults.frozen && connected) {
            operations |= from.isTaking() ? SelectionKey.OP_READ : 0;
            operations |= to.isBlocked() ? SelectionKey.OP_WRITE : 0;
        }
        key.interestOps(operations);
    }

    /** One end is gone, with a reset. The other hears of it unless what this one sends is swallowed. */
    private void lost(Side side) {
        FaultFlow from = side == Side.CLIENT ? toTarget : toClient;
        Side other = side == Side.CLIENT ? Side.TARGET : Side.CLIENT;
        if (from.isHoled() || faults.isSwallowing(other)) {
            forget(side);
        } else {
            reset();
        }
    }

    /** Cuts this end off; the other stays, if it is there yet, and nobody answers it any more. */
    void forget(Side side) {
        if (!connected && side == Side.CLIENT) {
            reset();
            return;
        }
        connected = true; // with the target away there is none to wait for
        toClient.pierce();
        toTarget.pierce();
        (side == Side.CLIENT ? toTarget : toClient).sourceGone();
        abort(side == Side.CLIENT ? client : target);
    }

    /** Ends in good order at both sides; closed when these have ended too. */
    void finish() {
        if (!connected) {
            reset();
            return;
        }
        toClient.pierce();
        toTarget.pierce();
        try {
            shutdownOutput(client);
            shutdownOutput(target);
        } catch (IOException e) {
            reset(); // one of them is gone already
        }
    }

    private static void shutdownOutput(SocketChannel end) throws IOException {
        if (end.isOpen()) {
            end.shutdownOutput();
        }
    }

    /** Both ends have ended, and each knows of the other or is never to know. */
    private void close() {
        over = true;
        try {
            client.close();
            target.close();
        } catch (IOException e) {
            reset();
        }
    }

    /** Ends at once, at both sides. */
    void reset() {
        over = true;
        toClient.pierce();
        toTarget.pierce();
        abort(client);
        abort(target);
    }

    boolean isOver() {
        return over;
    }

    /** Until something that is held may go; the largest number when nothing waits for the time. */
    long waitNanos(long now) {
        return over || faults.frozen || !connected
                ? Long.MAX_VALUE
                : Math.min(toClient.waitNanos(now), toTarget.waitNanos(now));
    }

    private static void abort(SocketChannel end) {
        try {
            if (end.isOpen()) {
                end.setOption(StandardSocketOptions.SO_LINGER, 0);
                end.close();
            }
        } catch (IOException e) {
            // A socket that cannot be closed in this way is closed already: its other end has reset it.
            return;
        }
    }
}
