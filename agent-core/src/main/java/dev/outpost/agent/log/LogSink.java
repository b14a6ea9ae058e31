package dev.outpost.agent.log;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * SPI: a destination for log batches beside the control center.
 *
 * <p>The agent gives every sink a lane of its own: batching, bounded memory, retry with backoff and counters. A sink only
 * sends.
 *
 * <p><b>Thread:</b> calls come from one thread of the sink's own, one at a time: the next batch follows when the stage of
 * the one before has completed. <b>Order:</b> by {@link LogBatch#sequence()}; a batch whose stage failed in a retryable
 * way comes again before its successors. So a batch may arrive more than once, with the same epoch and sequence.
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

    /** Why a batch was not taken, and what to do about it. */
    final class SinkException extends RuntimeException {

        private static final long serialVersionUID = 1L;
        private static final Duration LONGEST_DELAY = Duration.ofDays(1);

        private final boolean retryable;
        private final @Nullable Duration notBefore;

        private SinkException(
                String message, boolean retryable, @Nullable Duration notBefore, @Nullable Throwable cause) {
            super(message, cause);
            this.retryable = retryable;
            this.notBefore = notBefore;
        }

        /** Try again with backoff. */
        public static SinkException retryable(String message, @Nullable Throwable cause) {
            return new SinkException(message, true, null, cause);
        }

        /**
         * Try again, but not before {@code delay} has passed.
         *
         * @throws IllegalArgumentException if the delay is negative or longer than a day
         */
        public static SinkException retryableAfter(Duration delay, String message) {
            if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
                throw new IllegalArgumentException("delay is " + delay + "; allowed is PT0S to " + LONGEST_DELAY);
            }
            return new SinkException(message, true, delay, null);
        }

        /** Never try this batch again: it is dropped and counted as rejected. */
        public static SinkException permanent(String message, @Nullable Throwable cause) {
            return new SinkException(message, false, null, cause);
        }

        /** Whether the batch should be tried again. */
        public boolean retryable() {
            return retryable;
        }

        /** The least time to wait before the next try, or null for the lane's own backoff. */
        public @Nullable Duration notBefore() {
            return notBefore;
        }
    }
}
