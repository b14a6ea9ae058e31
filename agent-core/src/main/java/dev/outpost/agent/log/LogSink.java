package dev.outpost.agent.log;

import dev.outpost.agent.sink.SinkException;
import java.util.concurrent.CompletionStage;

/**
 * SPI: a destination for log batches beside the control center.
 *
 * <p>The agent gives every sink a lane of its own: batching, bounded memory, retry with backoff and counters. A sink only
 * sends.
 *
 * <p><b>Thread:</b> calls come from one thread of the sink's own, one at a time: the next batch follows when the stage of
 * the one before has completed. <b>Order:</b> by {@link LogBatch#sequence()} within an epoch; a batch whose stage failed in
 * a retryable way comes again before its successors. So a batch may arrive more than once, with the same stream, epoch and sequence.
 * <b>Blocking:</b> allowed; a call or stage that takes longer than the lane's send timeout counts as failed.
 * <b>Ownership:</b> the batch may be read until the stage completes, not after.
 */
@FunctionalInterface
public interface LogSink extends AutoCloseable {

    /**
     * Sends a batch.
     *
     * @return a stage that completes when the destination has the batch durably. It fails with {@link SinkException} to
     *     say whether and when to try again; any other failure, and anything thrown, is retried.
     */
    CompletionStage<?> send(LogBatch batch);

    /** Frees what the sink holds; called once, after the last {@link #send}, when the agent closes. */
    @Override
    default void close() {}
}
