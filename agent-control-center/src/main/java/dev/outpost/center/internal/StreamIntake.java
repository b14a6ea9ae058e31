package dev.outpost.center.internal;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.sink.SinkException;
import dev.outpost.center.TelemetryHandler;
import dev.outpost.center.store.WatermarkStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes in one epoch of one stream, batch by batch in the order of their numbers.
 *
 * <p>What comes a second time is acknowledged again and not handled. After a batch that was refused to be retried everything
 * is passed over until that batch comes again, for the agent sends all from there on.
 */
final class StreamIntake {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AgentSession session;
    private final TelemetryHandler handler;
    private final WatermarkStore watermarks;
    private final Workers workers;
    private final int capacity;

    private final Queue<AgentMessage> waiting = new ArrayDeque<>();
    private StreamPosition taken;
    private long nextExpected;
    private boolean busy;
    private boolean awaitsRetry;

    StreamIntake(
            AgentSession session,
            TelemetryHandler handler,
            WatermarkStore watermarks,
            Workers workers,
            int capacity,
            StreamPosition watermark) {
        this.session = session;
        this.handler = handler;
        this.watermarks = watermarks;
        this.workers = workers;
        this.capacity = capacity;
        this.taken = watermark;
        this.nextExpected = watermark.sequence() + 1;
    }

    /**
     * A batch or gap has come; on the connection's thread.
     *
     * @return what is wrong with it, so wrong that the connection must end; or null
     */
    @Nullable String offer(AgentMessage message, StreamPosition last, long first) {
        synchronized (this) {
            if (last.epoch() != taken.epoch()) {
                return "a batch of epoch " + last.epoch() + " came where the hello named " + taken.epoch();
            }
            if (last.sequence() < nextExpected) {
                workers.count("batches.duplicate");
                session.outbound().ack(taken);
                return null;
            }
            if (first > nextExpected) {
                workers.count("batches.out_of_order");
                return awaitsRetry ? null : "batch " + first + " came where " + nextExpected + " was expected";
            }
            if (waiting.size() >= capacity) {
                return "more than " + capacity + " batches unacknowledged";
            }
            awaitsRetry = false;
            nextExpected = last.sequence() + 1;
            waiting.add(message);
            if (busy) {
                return null;
            }
            busy = true;
        }
        workers.execute(this::handleNext);
        return null;
    }

    /** Handles batches until there is none or one is not done at once; on a worker. */
    private void handleNext() {
        while (true) {
            AgentMessage next;
            synchronized (this) {
                next = waiting.poll();
                busy = next != null;
            }
            if (next == null) {
                return;
            }
            CompletableFuture<?> done = handle(next);
            if (!done.isDone()) {
                var unused = done.whenComplete((ignored, failure) -> workers.execute(() -> {
                    finish(next, failure);
                    handleNext();
                }));
                return;
            }
            finish(next, failureOf(done));
        }
    }

    private static @Nullable Throwable failureOf(CompletableFuture<?> done) {
        return done.handle((ignored, failure) -> failure).join();
    }

    private CompletableFuture<?> handle(AgentMessage message) {
        try {
            CompletionStage<?> stage = message instanceof TelemetryBatch batch ? handle(batch) : handleGap(message);
            return Objects.requireNonNull(stage, "the handler returned null").toCompletableFuture();
        } catch (Throwable t) { // user code: any Error must be survived as well
            return CompletableFuture.failedFuture(t);
        }
    }

    private CompletionStage<?> handle(TelemetryBatch batch) {
        StreamPosition at = batch.position();
        if (batch.codec() != TelemetryBatch.Codec.NONE) {
            throw SinkException.permanent("codec " + batch.codec() + " cannot be read here", null);
        }
        return switch (batch.signal()) {
            case LOGS ->
                handler.onLogs(
                        session.info(),
                        new LogBatch(at.streamId(), at.epoch(), at.sequence(), batch.recordCount(), batch.body()));
            case METRICS ->
                handler.onMetrics(
                        session.info(),
                        new MetricBatch(at.streamId(), at.epoch(), at.sequence(), batch.recordCount(), batch.body()));
            case UNSPECIFIED -> throw SinkException.permanent("its signal is not known here", null);
        };
    }

    private CompletionStage<?> handleGap(AgentMessage message) {
        if (message instanceof TelemetryGap gap) {
            handler.onGap(session.info(), gap.recordCount(), gap.reason());
        }
        return CompletableFuture.completedStage(null);
    }

    private void finish(AgentMessage message, @Nullable Throwable failure) {
        StreamPosition position =
                message instanceof TelemetryBatch batch ? batch.position() : ((TelemetryGap) message).through();
        if (failure == null) {
            take(position);
            session.outbound().ack(position);
            return;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        workers.failed("telemetry handler", cause);
        String detail = String.valueOf(cause.getMessage());
        if (cause instanceof SinkException known && !known.retryable()) {
            take(position);
            session.outbound().send(new BatchNack(position, BatchNack.Code.REJECTED, Duration.ZERO, detail), 0);
            session.outbound().ack(position);
            return;
        }
        synchronized (this) {
            waiting.clear();
            nextExpected = position.sequence();
            awaitsRetry = true;
        }
        Duration asked =
                cause instanceof SinkException known && known.notBefore() != null ? known.notBefore() : RETRY_AFTER;
        session.outbound().send(new BatchNack(position, BatchNack.Code.RETRY, asked, detail), 0);
    }

    private void take(StreamPosition position) {
        workers.guard(
                "watermark store",
                () -> watermarks.advance(position.streamId(), position.epoch(), position.sequence()));
        synchronized (this) {
            taken = position;
        }
    }
}
