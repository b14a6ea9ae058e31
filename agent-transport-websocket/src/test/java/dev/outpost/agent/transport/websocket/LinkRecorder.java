package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.ConnectionListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what one side of a link hears, and lets a test wait for it. Thread-safe. */
final class LinkRecorder<R> implements ConnectionListener<R> {

    static final long PATIENCE_SECONDS = 20;

    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private final BlockingQueue<Envelope<R>> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final AtomicInteger closes = new AtomicInteger();

    @Override
    public void onOpen() {
        opened.complete(true);
    }

    @Override
    public void onMessage(Envelope<R> message) {
        messages.add(message);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(CloseReason reason) {
        closes.incrementAndGet();
        opened.complete(false);
        closed.complete(reason);
    }

    /** Waits until the link is open, or will never be. */
    boolean awaitOpen() throws Exception {
        return opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Envelope<R> awaitMessage() throws Exception {
        Envelope<R> message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came; closed: " + closed);
        }
        return message;
    }

    CloseReason awaitClosed() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    int closeCount() {
        return closes.get();
    }
}
