package dev.outpost.agent.protocol;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Records on their way.
 *
 * @param position identity and place
 * @param signal what the body holds
 * @param recordCount log records, or metric data points
 * @param codec how the body is compressed
 * @param body OTLP {@code ScopeLogs} or {@code ScopeMetrics} without its scope; read-only, opaque to transports
 */
public record TelemetryBatch(StreamPosition position, Signal signal, int recordCount, Codec codec, ByteBuffer body)
        implements AgentMessage {

    /** How a body is compressed. */
    public enum Codec {
        /** Not at all. */
        NONE,
        /** RFC 1952. */
        GZIP
    }

    /** Checks for null; the body is not copied. */
    public TelemetryBatch {
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(signal, "signal");
        Objects.requireNonNull(codec, "codec");
        body = body.slice();
    }

    /** The body; an independent read-only view at each call. */
    @Override
    public ByteBuffer body() {
        return body.asReadOnlyBuffer();
    }

    /** The body as it was given, so that an array behind it can be written from without a copy. */
    ByteBuffer bodyToSend() {
        return body.duplicate();
    }
}
