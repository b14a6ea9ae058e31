package dev.outpost.agent.log;

import dev.outpost.agent.internal.otlp.OtlpLogReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Consecutive records that travel together.
 *
 * <p>The body is the encoding of an OTLP {@code ScopeLogs} message that has only its {@code log_records} (field 2): an
 * exporter puts resource and scope in front and sends the bytes as they are.
 *
 * @param streamId the stream it belongs to
 * @param epoch the run of the lane that made it; larger for every later one
 * @param sequence its place among the batches of that epoch, from 1 without gaps
 * @param recordCount how many records it holds
 * @param body the encoded records, read-only
 */
public record LogBatch(UUID streamId, long epoch, long sequence, int recordCount, ByteBuffer body) {

    /** Makes the body read-only. */
    public LogBatch {
        Objects.requireNonNull(streamId, "streamId");
        Objects.requireNonNull(body, "body");
        body = body.asReadOnlyBuffer();
    }

    /** The encoded records; an independent read-only view at each call. */
    @Override
    public ByteBuffer body() {
        return body.duplicate();
    }

    /**
     * Decodes all records.
     *
     * @throws IllegalArgumentException if the body is not what the class promises
     */
    public List<LogRecord> records() {
        return OtlpLogReader.read(body.duplicate());
    }
}
