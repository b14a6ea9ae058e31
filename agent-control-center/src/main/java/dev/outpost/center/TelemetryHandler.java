package dev.outpost.center;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.center.store.WatermarkStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * SPI: takes over telemetry.
 *
 * <p><b>The returned stage is the acknowledgement:</b> it completes when the handler is responsible for the batch, and only
 * then the agent forgets it. If it fails, or the call throws, the agent is asked to send the batch again after a second; with
 * {@link dev.outpost.agent.sink.SinkException} as the failure the handler says when, or never.
 *
 * <p><b>Thread:</b> {@code outpost-center-telemetry-n}, which does nothing else. <b>Order:</b> one batch of an epoch of a stream at a
 * time, by its sequence; epochs of one stream, and different agents, at once. May block. <b>Ownership:</b> a batch may be read until the stage completes. Bodies
 * are plain: what came compressed has been decompressed.
 *
 * <p><b>Twice:</b> a batch comes again when the memory of it is lost between the handler's success and the {@link
 * WatermarkStore}, that is, when the control center dies there; and when a stage does not complete within a minute after its
 * connection has ended. A handler that stores a batch and its position in one transaction, and returns the store of those
 * positions from {@link #watermarks()}, is told each batch once whatever dies.
 */
public interface TelemetryHandler {

    /** Takes log records. By default they are accepted and forgotten. */
    default CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
        return CompletableFuture.completedStage(null);
    }

    /** Takes metric points. By default they are accepted and forgotten. */
    default CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
        return CompletableFuture.completedStage(null);
    }

    /**
     * Batches will never come: the agent had to drop them after it had numbered them, or they were {@linkplain
     * StreamGap#MISSING missing}. Called in their place in the order of the epoch; again when it throws, and when the
     * control center dies before the store has the position {@code gap.through()}. A handler with a store of its own may put
     * that position there together with its note of the gap, and so is told once.
     */
    default void onGap(AgentInfo agent, StreamGap gap) {}

    /**
     * The positions that this handler stores together with the data. Asked once, when the control center is built.
     *
     * <p>With a store here, {@link #onLogs} and {@link #onMetrics} store the position of the batch themselves, in the
     * transaction that stores its records; the control center reads positions from here, and calls {@link
     * WatermarkStore#advance} for gaps and for batches that were rejected for good only.
     *
     * @return empty to leave positions to the store of {@link ControlCenterBuilder#watermarks}
     */
    default Optional<WatermarkStore> watermarks() {
        return Optional.empty();
    }
}
