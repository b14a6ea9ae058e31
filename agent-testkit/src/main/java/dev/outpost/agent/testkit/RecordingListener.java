package dev.outpost.agent.testkit;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.ConnectionListener;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Keeps what happens on a link, notes calls that break the contract, and lets a test wait. Thread-safe. */
final class RecordingListener<R> implements ConnectionListener<R> {

    static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<Envelope<R>> messages = new LinkedBlockingQueue<>();
    private final CountDownLatch opened = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Semaphore writable = new Semaphore(0);
    private final AtomicReference<@Nullable CloseReason> reason = new AtomicReference<>();
    private final AtomicInteger closes = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private final List<String> violations = new CopyOnWriteArrayList<>();

    @Override
    public void onOpen() {
        enter("onOpen");
        if (opened.getCount() == 0) {
            violations.add("onOpen twice");
        }
        opened.countDown();
        inside.decrementAndGet();
    }

    @Override
    public void onMessage(Envelope<R> message) {
        enter("onMessage");
        if (opened.getCount() > 0) {
            violations.add("onMessage before onOpen");
        }
        messages.add(message);
        inside.decrementAndGet();
    }

    @Override
    public void onWritable() {
        enter("onWritable");
        writable.release();
        inside.decrementAndGet();
    }

    @Override
    public void onClosed(CloseReason why) {
        enter("onClosed");
        closes.incrementAndGet();
        reason.set(why);
        closed.countDown();
        writable.release();
        inside.decrementAndGet();
    }

    private void enter(String call) {
        if (inside.getAndIncrement() > 0) {
            violations.add(call + " while another call runs");
        }
        if (closed.getCount() == 0) {
            violations.add(call + " after onClosed");
        }
    }

    List<String> violations() {
        return violations;
    }

    int closeCount() {
        return closes.get();
    }

    boolean wasOpened() {
        return opened.getCount() == 0;
    }

    int waitingMessages() {
        return messages.size();
    }

    void awaitOpen() throws InterruptedException {
        if (!opened.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the link did not open; closed: " + reason.get());
        }
    }

    Envelope<R> awaitMessage() throws InterruptedException {
        Envelope<R> message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came; closed: " + reason.get());
        }
        return message;
    }

    CloseReason awaitClosed() throws InterruptedException {
        CloseReason why = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS) ? reason.get() : null;
        if (why == null) {
            throw new AssertionError("the link did not close");
        }
        return why;
    }

    void awaitWritable() throws InterruptedException {
        if (!writable.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the link did not become writable; closed: " + reason.get());
        }
    }

    /** Whether it becomes writable within half a second. */
    boolean awaitWritableBriefly() throws InterruptedException {
        return writable.tryAcquire(500, TimeUnit.MILLISECONDS);
    }

    void forgetWritable() {
        writable.drainPermits();
    }
}
