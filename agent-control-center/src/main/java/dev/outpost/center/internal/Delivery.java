package dev.outpost.center.internal;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.sink.SinkException;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.StreamGap;
import dev.outpost.center.TelemetryHandler;
import dev.outpost.center.store.WatermarkStore;
import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The way to the telemetry handler and to the positions, guarded; on workers. Thread-safe. */
final class Delivery {

    private final TelemetryHandler handler;
    private final WatermarkStore watermarks;
    private final boolean handlerKeepsPositions;
    private final int mostBytes;
    private final Workers workers;

    Delivery(CenterConfig config, Workers workers) {
        this.handler = config.telemetry();
        this.watermarks = config.watermarks();
        this.handlerKeepsPositions = config.handlerKeepsPositions();
        this.mostBytes = config.maxDecompressedBytes();
        this.workers = workers;
    }

    /** How far an epoch has been taken. What the store throws is counted and goes on to the caller. */
    long watermark(StreamEpoch epoch) {
        try {
            return watermarks.watermark(epoch.streamId(), epoch.epoch());
        } catch (Throwable t) { // user code: any Error must be survived as well
            workers.failed("watermark store", t);
            throw t;
        }
    }

    /** Gives the handler a batch. Whatever it does, a future comes back; its failures are counted. */
    CompletableFuture<?> batch(AgentInfo agent, TelemetryBatch batch) {
        if (batch.signal() == Signal.UNSPECIFIED) {
            return undecodable(SinkException.permanent("its signal is not known here", null));
        }
        ByteBuffer body;
        try {
            body = batch.codec() == TelemetryBatch.Codec.NONE ? batch.body() : Gunzip.read(batch.body(), mostBytes);
        } catch (SinkException e) {
            return undecodable(e);
        }
        StreamPosition at = batch.position();
        int count = batch.recordCount();
        return guarded(() -> batch.signal() == Signal.LOGS
                ? handler.onLogs(agent, new LogBatch(at.streamId(), at.epoch(), at.sequence(), count, body))
                : handler.onMetrics(agent, new MetricBatch(at.streamId(), at.epoch(), at.sequence(), count, body)));
    }

    private CompletableFuture<?> undecodable(SinkException why) {
        workers.count("batches.undecodable");
        return CompletableFuture.failedFuture(why);
    }

    private CompletableFuture<?> guarded(Supplier<CompletionStage<?>> call) {
        try {
            return Objects.requireNonNull(call.get(), "the handler returned null")
                    .toCompletableFuture()
                    .whenComplete((ignored, failure) -> {
                        if (failure != null) {
                            workers.failed("telemetry handler", failure);
                        }
                    });
        } catch (Throwable t) { // user code: any Error must be survived as well
            workers.failed("telemetry handler", t);
            return CompletableFuture.failedFuture(t);
        }
    }

    /** Tells the handler of a gap that the agent has told of; its failures are counted. What was {@code taken} is not missing. */
    CompletableFuture<?> gap(AgentInfo agent, TelemetryGap gap, long taken) {
        StreamPosition through = gap.through();
        long records = gap.recordCount();
        return gap(
                agent,
                new StreamGap(
                        through.streamId(),
                        through.epoch(),
                        Math.max(gap.fromSequence(), taken + 1),
                        through.sequence(),
                        OptionalLong.of(records < 0 ? Long.MAX_VALUE : records),
                        Limits.cutReason(gap.reason())));
    }

    /** The gap between where an epoch stands here and where its agent goes on. */
    CompletableFuture<?> missing(AgentInfo agent, StreamEpoch epoch, long taken, long opened) {
        return gap(
                agent,
                new StreamGap(
                        epoch.streamId(), epoch.epoch(), taken + 1, opened, OptionalLong.empty(), StreamGap.MISSING));
    }

    private CompletableFuture<?> gap(AgentInfo agent, StreamGap gap) {
        return guarded(() -> {
            handler.onGap(agent, gap);
            workers.count("gaps.reported{" + (gap.records().isEmpty() ? "missing" : "dropped") + "}");
            return CompletableFuture.completedStage(null);
        });
    }

    /** A batch was handled: its position is kept, unless the handler has done so. */
    void handled(StreamPosition position) {
        if (!handlerKeepsPositions) {
            passed(position);
        }
    }

    /** An epoch has come to a position in another way than by a handled batch. */
    void passed(StreamPosition position) {
        workers.guard(
                "watermark store",
                () -> watermarks.advance(position.streamId(), position.epoch(), position.sequence()));
    }
}
