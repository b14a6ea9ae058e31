package dev.outpost.agent.metric;

import dev.outpost.agent.internal.otlp.OtlpMetricReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Points that travel together.
 *
 * <p>The body is the encoding of an OTLP {@code ScopeMetrics} message that has only its {@code metrics} (field 2).
 *
 * @param streamId the stream it belongs to
 * @param epoch the run of the lane that made it; larger for every later one
 * @param sequence its place among the batches of that epoch, from 1 without gaps
 * @param pointCount how many points it holds
 * @param body the encoded points, read-only
 */
public record MetricBatch(UUID streamId, long epoch, long sequence, int pointCount, ByteBuffer body) {

    /** Makes the body read-only. */
    public MetricBatch {
        Objects.requireNonNull(streamId, "streamId");
        Objects.requireNonNull(body, "body");
        body = body.asReadOnlyBuffer();
    }

    /** The encoded points; an independent read-only view at each call. */
    @Override
    public ByteBuffer body() {
        return body.duplicate();
    }

    /**
     * Decodes all points.
     *
     * @throws IllegalArgumentException if the body is not what the class promises
     */
    public List<MetricPoint> points() {
        return OtlpMetricReader.read(body.duplicate());
    }
}
