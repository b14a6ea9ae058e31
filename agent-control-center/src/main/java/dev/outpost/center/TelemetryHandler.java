package dev.outpost.center;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * SPI: takes over telemetry.
 *
 * <p><b>The returned stage is the acknowledgement:</b> it completes when the handler is responsible for the batch, and only
 * then the agent forgets it. If it fails, or the call throws, the agent is asked to send the batch again after a second; with
 * {@link dev.outpost.agent.sink.SinkException} as the failure the handler says when, or never.
 *
 * <p><b>Thread:</b> a worker; one batch of a stream at a time, in order; different agents at once. May block. <b>Twice:</b>
 * a batch may come again when its acknowledgement was lost together with the center's memory of it: see {@link
 * dev.outpost.center.store.WatermarkStore}. <b>Ownership:</b> a batch may be read until the stage completes.
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

    /** The agent had to drop batches that it had numbered already; they will never come. */
    default void onGap(AgentInfo agent, long records, String reason) {}
}
