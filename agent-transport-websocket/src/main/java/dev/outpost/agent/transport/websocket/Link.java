package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of either side, whatever WebSocket library carries it: queues, demand, order of calls, and its end.
 *
 * <p>All state is guarded by one lock, which is never held during a call outwards. Two {@linkplain Loop loops} work on it: one
 * sends, on whatever thread brings work; one calls the listener, on threads of the network or of the executor, never on that of
 * the connection's user, who may hold locks of its own.
 *
 * <pre>
 *   connecting ─opened─▶ open ─close()─▶ closing (what was taken goes out, then a Close frame) ─▶ ended ─▶ onClosed
 *        └──────────────── failed, or closed by the other side ────────────────────────────────────▲
 * </pre>
 *
 * @param <S> what is sent
 * @param <R> what is received
 */
final class Link<S, R> implements Connection<S> {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.websocket");

    /** A link that has failed is not worth the time that one closed in good order gets. */
    private static final Duration FAULT_PATIENCE = Duration.ofSeconds(1);

    private final Side side;
    private final Runnable onEnd;
    private final Object lock = new Object();
    private final Loop sends = new Loop(this::sendNext);
    private final Loop deliveries = new Loop(this::deliverNext);
    private volatile @Nullable ConnectionListener<R> listener;

    private final Outbox outbox = new Outbox();
    private final Inbox inbox = new Inbox();
    private final Ending ending = new Ending();
    private @Nullable Wire wire;
    private @Nullable WireCodec<S, R> codec;
    private boolean openDue;
    private boolean writableDue;
    private boolean sending;
    private boolean answered;
    private boolean closeSent;
    private boolean closedReported;

    /** {@code onEnd} runs once, before the listener hears of the end. */
    Link(Side side, Runnable onEnd) {
        this.side = side;
        this.onEnd = onEnd;
    }

    /** Who takes what happens; nothing is reported before. */
    void listenWith(ConnectionListener<R> receiver) {
        listener = receiver;
        deliverSoon();
    }

    // ---- Connection -----------------------------------------------------------------------------------------------

    @Override
    public boolean trySend(Envelope<S> message) {
        WireCodec<S, R> form;
        synchronized (lock) {
            form = codec;
            if (form == null || ending.hasBegun() || outbox.isFull()) {
                return false;
            }
        }
        WireMessage encoded = form.encode(message);
        if (encoded.size() > side.maxMessageBytes()) {
            refuse(message, encoded.size());
            return false;
        }
        synchronized (lock) {
            if (ending.hasBegun()) {
                return false;
            }
            outbox.add(encoded);
            answered = true;
        }
        sends.run();
        return true;
    }

    /** It cannot be left out, as others may count on it, and it cannot be sent; so the link ends, and says why. */
    private void refuse(Envelope<S> message, int size) {
        String what = message.payload().getClass().getSimpleName() + " of " + size + " bytes was not sent; allowed are "
                + side.maxMessageBytes() + " (maxMessageBytes)";
        LOG.error("event=websocket.message.too_large {}", what);
        close(CloseReason.refused(what, null).as(Fault.PROTOCOL));
    }

    @Override
    public void request(int count) {
        boolean waited;
        synchronized (lock) {
            inbox.request(count);
            waited = !inbox.isEmpty();
        }
        if (waited) {
            deliverSoon(); // else there is nothing to deliver, and the next message is let in already
        }
    }

    @Override
    public void close(CloseReason reason) {
        close(reason, side.closeCode().applyAsInt(reason));
    }

    private void close(CloseReason reason, int code) {
        Wire open;
        synchronized (lock) {
            if (!ending.close(reason, code)) {
                return;
            }
            inbox.clear();
            open = wire;
            if (open == null) {
                ending.end(reason);
            }
        }
        if (open != null) {
            boolean faulty = reason.next() == CloseReason.Next.RETRY_WITH_BACKOFF;
            later(faulty ? FAULT_PATIENCE : side.closePatience(), () -> fail(reason));
            sends.run();
        }
        deliverSoon(); // lets in what is left, up to the other side's Close frame
    }

    /** The largest message, both ways. */
    int maxMessageBytes() {
        return side.maxMessageBytes();
    }

    /**
     * The largest message that is taken now: memory for more is not to be had by anybody who can connect. Who was answered, and not
     * closed, may send what he likes at once, though more of it is asked for a moment later only.
     */
    int mostBytesNow() {
        synchronized (lock) {
            boolean letIn = inbox.isTrusted() || (answered && ending.closing() == null);
            return letIn ? side.maxMessageBytes() : side.strangerBytes();
        }
    }

    // ---- from the network -----------------------------------------------------------------------------------------

    /** The connection is there. */
    void opened(Wire open, WireCodec<S, R> form, @Nullable Envelope<? extends S> first) {
        boolean tooLate;
        synchronized (lock) {
            tooLate = ending.hasBegun();
            if (!tooLate) {
                wire = open;
                codec = form;
                openDue = true;
                if (first != null) {
                    outbox.add(form.encode(first));
                }
            }
        }
        if (tooLate) {
            open.abort();
            return;
        }
        sends.run();
        deliver();
    }

    /** Whether there was a connection at all. */
    boolean wasOpened() {
        synchronized (lock) {
            return wire != null;
        }
    }

    /** A whole message came in. */
    void received(WireMessage message) {
        synchronized (lock) {
            if (ending.hasBegun()) {
                inbox.drop();
            } else {
                inbox.add(message);
            }
        }
        deliver();
    }

    /** What came in cannot be dealt with; the link goes on to its end. */
    void receivedBad(int code, String problem) {
        synchronized (lock) {
            inbox.drop();
        }
        violated(code, problem, null);
    }

    private void violated(int code, String problem, @Nullable Throwable cause) {
        close(
                CloseReason.retry(problem, cause).as(Fault.PROTOCOL),
                side.allowedCode().applyAsInt(code));
    }

    /** The other side sent a Close frame, which the library answers. */
    void closedByPeer(int code, String text) {
        closedByLibrary(side.peerReason().apply(code, text));
    }

    /** The library closes the connection, and tells the other side. */
    void closedByLibrary(CloseReason reason) {
        Wire open;
        synchronized (lock) {
            open = wire;
        }
        if (open != null) {
            later(side.closePatience(), open::abort); // what it tells may never be read
        }
        end(reason);
    }

    /** The connection is gone, or never came to be. */
    void fail(CloseReason reason) {
        Wire open;
        synchronized (lock) {
            open = wire;
        }
        end(reason);
        if (open != null) {
            open.abort();
        }
    }

    private void end(CloseReason reason) {
        boolean unread;
        synchronized (lock) {
            if (!ending.end(reason)) {
                return;
            }
            outbox.clear();
            unread = !inbox.isEmpty();
        }
        if (unread) {
            later(side.closePatience(), this::forgetUnread);
        }
        deliverSoon();
    }

    /** Who does not ask for what came in before the end hears of the end all the same. */
    private void forgetUnread() {
        synchronized (lock) {
            inbox.clear();
        }
        deliverSoon();
    }

    // ---- sending --------------------------------------------------------------------------------------------------

    private boolean sendNext() {
        Wire open;
        WireMessage next;
        Ending.Close close;
        synchronized (lock) {
            open = wire;
            close = ending.closing();
            if (open == null || sending || closeSent || ending.ended() != null) {
                return false;
            }
            next = outbox.next();
            if (next == null && close == null) {
                return false;
            }
            sending = next != null;
            closeSent = next == null;
        }
        if (next != null) {
            WireMessage sent = next;
            open.send(sent, error -> sent(sent, error));
        } else if (close != null) {
            open.sendClose(close.code(), CloseCodes.reasonText(close.reason().detail()));
        }
        return next != null;
    }

    private void sent(WireMessage message, @Nullable Throwable error) {
        boolean writable;
        synchronized (lock) {
            sending = false;
            writable = outbox.sent(message) && ending.closing() == null;
            writableDue |= writable;
        }
        if (error != null) {
            fail(CloseReason.retry("the link broke: " + Failures.describe(error), error)
                    .as(Fault.LOST));
            return;
        }
        if (writable) {
            deliverSoon();
        }
        sends.run();
    }

    // ---- calling the listener -------------------------------------------------------------------------------------

    private void deliverSoon() {
        try {
            side.executor().execute(this::deliver);
        } catch (RejectedExecutionException e) {
            deliver(); // the transport is closed; its links still report their ends
        }
    }

    private void deliver() {
        if (listener != null) {
            deliveries.run();
        }
    }

    private boolean deliverNext() {
        ConnectionListener<R> receiver = Objects.requireNonNull(listener, "nobody listens");
        Runnable call;
        Wire demanded;
        synchronized (lock) {
            call = nextCall(receiver);
            demanded = ending.ended() == null && wire != null && inbox.demand() ? wire : null;
        }
        if (call != null) {
            try {
                call.run();
            } catch (Throwable t) { // a listener throws nothing; if it does, only its link may suffer
                LOG.error("event=websocket.listener.failed the link ends", t);
                fail(CloseReason.retry("the receiver failed: " + t, t));
            }
        }
        if (demanded != null) {
            demanded.demand();
        }
        return call != null || demanded != null;
    }

    private @Nullable Runnable nextCall(ConnectionListener<R> receiver) {
        WireCodec<S, R> form = codec;
        if (closedReported) {
            return null;
        }
        if (openDue) {
            openDue = false;
            return receiver::onOpen;
        }
        WireMessage message = ending.closing() == null ? inbox.next() : null;
        if (message != null && form != null) {
            return () -> decode(message, form, receiver);
        }
        CloseReason end = ending.ended();
        if (end == null && writableDue) {
            writableDue = false;
            return receiver::onWritable;
        }
        if (end != null && inbox.isEmpty()) {
            closedReported = true;
            return () -> {
                onEnd.run();
                receiver.onClosed(end);
            };
        }
        return null;
    }

    private void decode(WireMessage message, WireCodec<S, R> form, ConnectionListener<R> receiver) {
        Envelope<R> envelope;
        try {
            envelope = form.decode(message);
        } catch (MalformedMessageException e) {
            violated(CloseCodes.PROTOCOL_ERROR, String.valueOf(e.getMessage()), e);
            return;
        }
        receiver.onMessage(envelope);
    }

    private void later(Duration delay, Runnable work) {
        try {
            Future<?> unused = side.timer().schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            work.run(); // the transport is closed: no time is left
        }
    }
}
