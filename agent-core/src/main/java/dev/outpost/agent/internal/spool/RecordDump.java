package dev.outpost.agent.internal.spool;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.metric.MetricPoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Turns the records of a segment's frames into lines of JSON. */
final class RecordDump {

    private static final int GZIP = 1;

    /** No agent makes a batch so large; a damaged or forged one could become as large as it likes. */
    private static final int MOST_BYTES = 64 << 20;

    private static final long NANOS = 1_000_000_000L;

    private final Path slot;
    private final String chain;
    private final SegmentId segment;
    private final Consumer<String> out;

    RecordDump(Path slot, String chain, SegmentId segment, Consumer<String> out) {
        this.slot = slot;
        this.chain = chain;
        this.segment = segment;
        this.out = out;
    }

    /** Gives the records of a frame; says what is wrong, or null. */
    @Nullable String frame(FrameHeader frame, ByteBuffer body) {
        try {
            ByteBuffer plain = switch (frame.codec()) {
                case 0 -> body;
                case GZIP -> unzipped(body);
                default -> throw new IOException("its codec " + frame.codec() + " is not known");
            };
            long sequence = frame.sequence();
            if (frame.type() == FrameType.LOGS) {
                for (LogRecord log :
                        new LogBatch(segment.streamId(), segment.epoch(), sequence, frame.records(), plain).records()) {
                    out.accept(log(begin(sequence), log));
                }
            } else {
                for (MetricPoint point : new MetricBatch(
                                segment.streamId(), segment.epoch(), sequence, frame.records(), plain)
                        .points()) {
                    out.accept(point(begin(sequence), point));
                }
            }
            return null;
        } catch (IOException | IllegalArgumentException e) {
            return "it cannot be decoded: " + e.getMessage();
        }
    }

    private static ByteBuffer unzipped(ByteBuffer body) throws IOException {
        byte[] packed = new byte[body.remaining()];
        body.duplicate().get(packed);
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] plain = in.readNBytes(MOST_BYTES);
            if (in.read() >= 0) {
                throw new IOException("unpacked it has more than " + MOST_BYTES + " bytes");
            }
            return ByteBuffer.wrap(plain);
        }
    }

    private JsonLine begin(long sequence) {
        return new JsonLine()
                .put("slot", String.valueOf(slot.getFileName()))
                .put("chain", chain)
                .put("stream", segment.streamId().toString())
                .put("epoch", segment.epoch())
                .put("sequence", sequence);
    }

    private static String log(JsonLine line, LogRecord log) {
        line.put("time", time(log.epochNanos()))
                .put("severity", log.severity().name())
                .put("body", log.body());
        if (log.traceId() != null) {
            line.put("traceId", log.traceId());
        }
        if (log.spanId() != null) {
            line.put("spanId", log.spanId());
        }
        return attributes(line, log.attributes()).toString();
    }

    private static String point(JsonLine line, MetricPoint point) {
        line.put("time", time(point.epochNanos()))
                .put("name", point.instrument().name())
                .put("unit", point.instrument().unit())
                .put("kind", point.instrument().kind().name())
                .put("value", point.value());
        if (point.startEpochNanos() != 0) {
            line.put("start", time(point.startEpochNanos()));
        }
        return attributes(line, point.attributes()).toString();
    }

    private static JsonLine attributes(JsonLine line, Attributes attributes) {
        line.begin("attributes");
        for (int i = 0; i < attributes.size(); i++) {
            line.putAny(attributes.key(i), attributes.value(i));
        }
        return line.end();
    }

    private static String time(long epochNanos) {
        return Instant.ofEpochSecond(Math.floorDiv(epochNanos, NANOS), Math.floorMod(epochNanos, NANOS))
                .toString();
    }
}
