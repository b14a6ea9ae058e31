package dev.outpost.agent.log;

import dev.outpost.agent.sink.SinkException;
import java.util.concurrent.CompletionStage;

/**
 * SPI: a destination for log batches beside the control center.
 *
 * <p>The agent gives every sink a lane of its own: batching, bounded memory, retry with backoff, a circuit breaker, the spool
 * if there is one, and counters. A sink only sends.
 *
 * <p><b>Thread:</b> calls come from one thread of the sink's own, one at a time: the next batch follows when the stage of
 * the one before has completed. <b>Order:</b> by {@link LogBatch#sequence()} within an epoch; batches of different epochs may
 * alternate, when a backlog is sent beside what happens now. <b>Twice:</b> a batch whose stage failed in a retryable way comes
 * again, after a restart too, with the same stream, epoch and sequence. <b>Blocking:</b> allowed; a call or stage that
 * takes longer than 30 s counts as failed. <b>Ownership:</b> the batch may be read until the stage completes, not after.
 */
@FunctionalInterface
public interface LogSink extends AutoCloseable {

    /**
     * Sends a batch.
     *
     * @return a stage that completes when the destination has the batch durably. It fails with {@link SinkException} to
     *     say whether and when to try again. An {@link java.io.IOException}, also unchecked, or a timeout says that the
     *     destination is away, and never exhausts a batch. Anything else, and anything thrown, is tried five times for one
     *     batch; then that batch counts as rejected, lest it hold up the others for ever.
     */
    CompletionStage<?> send(LogBatch batch);

    /** Frees what the sink holds; called once, after the last {@link #send}, when the agent closes. */
    @Override
    default void close() {}
}
