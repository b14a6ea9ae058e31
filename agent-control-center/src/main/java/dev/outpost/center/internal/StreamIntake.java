package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Takes in one epoch of one stream on one connection, batch by batch in the order of their numbers.
 *
 * <p>It begins with finding out how far the epoch has been taken; what comes meanwhile waits. What comes a second time is
 * acknowledged again and not handled. What is to come when is for {@link StreamOrder} to say.
 *
 * <p>Guarded by itself; what takes time runs on a worker, one step at a time ({@code busy}).
 */
final class StreamIntake {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Then others have their turn on the same thread. */
    private static final int MOST_AT_ONCE = 16;

    private final AgentSession session;
    private final Delivery delivery;
    private final Workers workers;
    private final int window;
    private final StreamEpoch epoch;
    private final StreamPosition opened;

    private final StreamOrder order; // guarded by this
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private @Nullable CompletableFuture<Void> predecessor;
    private boolean loaded;
    private boolean owesAcknowledgement;
    private boolean waitsForPredecessor;
    private boolean busy;
    private boolean closed;

    StreamIntake(AgentSession session, Delivery delivery, Workers workers, int window, StreamPosition opened) {
        this.session = session;
        this.delivery = delivery;
        this.workers = workers;
        this.window = window;
        this.opened = opened;
        this.epoch = new StreamEpoch(opened.streamId(), opened.epoch());
        this.order = new StreamOrder(opened.sequence(), window);
    }

    StreamEpoch epoch() {
        return epoch;
    }

    AgentSession session() {
        return session;
    }

    StreamPosition opened() {
        return opened;
    }

    /** Before {@link #start}: nothing is done until {@code settled}, which an intake of the same epoch has left behind. */
    void follow(CompletableFuture<Void> settled) {
        synchronized (this) {
            predecessor = settled;
            waitsForPredecessor = true;
        }
    }

    // ---- beginning ------------------------------------------------------------------------------------------------

    /**
     * Begins.
     *
     * @param stored how far the epoch is known to have been taken, if it was asked for just now
     * @param announced what the agent has been told of that; anything else is told as soon as it is known
     */
    void start(OptionalLong stored, OptionalLong announced) {
        CompletableFuture<Void> before;
        synchronized (this) {
            if (closed) {
                return;
            }
            busy = true;
            before = predecessor;
            order.announced(announced.orElse(0)); // the agent may go on from there at once
        }
        if (before == null) {
            workers.execute(() -> load(stored, announced));
            return;
        }
        var unused = await(before).thenRun(() -> workers.execute(() -> load(OptionalLong.empty(), announced)));
    }

    private CompletableFuture<Void> await(CompletableFuture<Void> before) {
        CompletableFuture<Void> either = before.copy();
        if (either.isDone()) {
            return either;
        }
        Future<?> patience = workers.after(PATIENCE, () -> {
            if (either.complete(null)) {
                workers.count("streams.handler_abandoned");
            }
        });
        return either.thenRun(() -> patience.cancel(false));
    }

    private void load(OptionalLong known, OptionalLong announced) {
        synchronized (this) {
            waitsForPredecessor = false;
        }
        if (isClosed()) {
            fail("closed before it began");
            return;
        }
        long stored;
        try {
            stored = known.isPresent() ? known.getAsLong() : delivery.watermark(epoch);
        } catch (RuntimeException | Error e) {
            fail("the watermark store failed");
            return;
        }
        if (opened.sequence() <= stored) {
            loaded(stored, announced);
            return;
        }
        workers.handle(
                () -> { // the handler is told of a gap
                    if (skip(stored)) {
                        loaded(stored, announced);
                    }
                });
    }

    private void loaded(long stored, OptionalLong announced) {
        long through;
        boolean owed;
        synchronized (this) {
            // Before the agent hears of it, for it may fill the window anew then.
            int duplicates = order.takenBefore(stored);
            if (duplicates > 0) {
                workers.counter("batches.duplicate").add(duplicates);
            }
            loaded = true;
            through = order.taken();
            owed = owesAcknowledgement;
        }
        if (owed || announced.isEmpty() || announced.getAsLong() != through) {
            session.outbound().ack(at(through));
        }
        begun();
    }

    /** It goes on with what has come meanwhile; if that is nothing it is idle now, however much the handler has to do. */
    private void begun() {
        boolean next;
        boolean end;
        synchronized (this) {
            next = order.hasNext();
            busy = next;
            end = closed && !next;
        }
        if (end) {
            settled.complete(null);
        }
        if (next) {
            workers.handle(this::handleNext);
        }
    }

    /** The agent goes on further than the epoch has come here. */
    private boolean skip(long stored) {
        workers.count(stored > 0 ? "streams.ahead" : "streams.ahead_of_nothing");
        if (stored > 0) {
            Throwable failure = failureOf(delivery.missing(session.info(), epoch, stored, opened.sequence()));
            if (failure != null) {
                fail("the telemetry handler did not take a gap"); // so that it is told again
                return false;
            }
        }
        delivery.passed(opened);
        return true;
    }

    /** It cannot go on, and nor can the connection. */
    private void fail(String why) {
        session.close(CloseReason.retry(why, null));
        synchronized (this) {
            closed = true;
            order.clear();
            busy = false;
        }
        settled.complete(null);
    }

    // ---- what comes -----------------------------------------------------------------------------------------------

    /**
     * The epoch is opened once more; on the connection's thread.
     *
     * @return what is wrong with that, so wrong that the connection must end; or null
     */
    @Nullable String reopen(StreamPosition position) {
        synchronized (this) {
            if (!order.hasCome(position)) {
                return "an open stream was opened again at " + position.sequence() + ", and " + order.nextExpected()
                        + " has not come";
            }
        }
        acknowledgeAgain();
        return null;
    }

    /**
     * A batch or gap has come; on the connection's thread.
     *
     * @return what is wrong with it, so wrong that the connection must end; or null
     */
    @Nullable String offer(AgentMessage message, StreamPosition last, long first) {
        boolean superseded;
        synchronized (this) {
            superseded = closed;
            if (!closed && !order.hasCome(last)) {
                return take(message, last, first);
            }
        }
        if (superseded) { // a later connection of the same agent brings it too
            workers.count("batches.superseded");
            String stream = "stream " + epoch.streamId() + " epoch " + epoch.epoch();
            session.close(CloseReason.retry(stream + " is sent on another connection", null));
            return null;
        }
        workers.count("batches.duplicate");
        acknowledgeAgain();
        return null;
    }

    private @Nullable String take(AgentMessage message, StreamPosition last, long first) {
        return switch (order.add(message, last, first)) {
            case TAKEN -> {
                if (!busy) {
                    busy = true;
                    workers.handle(this::handleNext);
                }
                yield null;
            }
            case PASSED_OVER -> {
                workers.count("batches.out_of_order");
                yield null;
            }
            case TOO_EARLY -> {
                workers.count("batches.out_of_order");
                yield "batch " + first + " came where " + order.nextExpected() + " was expected";
            }
            case TOO_MANY -> "more than " + window + " batches unacknowledged";
        };
    }

    private void acknowledgeAgain() {
        long through;
        synchronized (this) {
            if (!loaded) {
                owesAcknowledgement = true; // it follows the loading
                return;
            }
            through = order.taken();
        }
        session.outbound().ack(at(through));
    }

    /** Whether nothing of it is under way. */
    synchronized boolean isIdle() {
        return !busy;
    }

    /** Takes nothing any more. The future completes when the handler has nothing of it either. */
    CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
            order.clear();
            if (predecessor != null && waitsForPredecessor) {
                return predecessor; // whoever would wait for this one need not wait for more
            }
            if (busy) {
                return settled;
            }
        }
        settled.complete(null);
        return settled;
    }

    // ---- handling, on threads for that ------------------------------------------------------------------------------

    /** Handles batches until there is none or one is not done at once. However many there are, they make way for those of others. */
    private void handleNext() {
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            AgentMessage next;
            boolean end;
            synchronized (this) {
                next = order.poll();
                busy = next != null;
                end = next == null && closed;
            }
            if (end) {
                settled.complete(null);
            }
            if (next == null) {
                return;
            }
            CompletableFuture<?> done = next instanceof TelemetryBatch batch
                    ? delivery.batch(session.info(), batch)
                    : delivery.gap(session.info(), (TelemetryGap) next, taken());
            if (!done.isDone()) {
                var unused = done.whenComplete((ignored, failure) -> workers.handle(() -> {
                    finish(next, failure);
                    handleNext();
                }));
                return;
            }
            finish(next, failureOf(done));
        }
        workers.handle(this::handleNext);
    }

    private void finish(AgentMessage message, @Nullable Throwable failure) {
        StreamPosition position = StreamOrder.lastOf(message);
        if (failure == null) {
            if (message instanceof TelemetryBatch) {
                delivery.handled(position);
            } else {
                delivery.passed(position);
            }
            settle(position.sequence());
            return;
        }
        BatchNack nack = Nacks.of(position, failure);
        if (nack.code() == BatchNack.Code.REJECTED) {
            delivery.passed(position);
            session.outbound().send(nack, 0);
            settle(position.sequence());
            return;
        }
        synchronized (this) {
            order.awaitAgain();
        }
        session.outbound().send(nack, 0);
    }

    /** One of what came is done: the agent may send another as soon as it hears so, hence in this order. */
    private void settle(long through) {
        synchronized (this) {
            order.done(through);
        }
        session.outbound().ack(at(through));
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized long taken() {
        return order.taken();
    }

    private StreamPosition at(long sequence) {
        return new StreamPosition(epoch.streamId(), epoch.epoch(), sequence);
    }

    private static @Nullable Throwable failureOf(CompletableFuture<?> done) {
        return done.handle((ignored, failure) -> failure).join();
    }
}
