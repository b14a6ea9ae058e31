package dev.outpost.center.internal;

import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.sink.SinkException;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** What an agent is told of a batch that the telemetry handler has not taken. */
final class Nacks {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private Nacks() {}

    /** Only who says so never wants the batch again; whatever else fails may pass. */
    static BatchNack of(StreamPosition position, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String detail = String.valueOf(cause.getMessage());
        if (cause instanceof SinkException known && !known.retryable()) {
            return new BatchNack(position, BatchNack.Code.REJECTED, Duration.ZERO, detail);
        }
        Duration asked =
                cause instanceof SinkException known && known.notBefore() != null ? known.notBefore() : RETRY_AFTER;
        return new BatchNack(position, BatchNack.Code.RETRY, asked, detail);
    }
}
