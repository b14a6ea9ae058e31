package dev.outpost.agent.internal.otlp;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Severity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the log records of a {@code ScopeLogs}. */
public final class OtlpLogReader {

    private OtlpLogReader() {}

    /**
     * All records, in order.
     *
     * @throws IllegalArgumentException if the bytes are no ScopeLogs
     */
    public static List<LogRecord> read(ByteBuffer scopeLogs) {
        try {
            ProtoReader in = ProtoReader.of(scopeLogs);
            List<LogRecord> records = new ArrayList<>();
            for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
                if (tag >>> 3 == 2) {
                    records.add(record(in.message(tag)));
                } else {
                    in.skip(tag);
                }
            }
            return records;
        } catch (MalformedProtoException e) {
            throw new IllegalArgumentException("not the log records of a batch: " + e.getMessage(), e);
        }
    }

    private static LogRecord record(ProtoReader in) throws MalformedProtoException {
        long time = 0;
        int severity = 0;
        String body = "";
        Attributes.Builder attributes = Attributes.builder();
        String traceId = null;
        String spanId = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> time = in.fixed64(tag);
                case 2 -> severity = in.boundedInt(tag, 0, 24);
                case 5 -> body = String.valueOf(OtlpAttributes.readValue(in.message(tag)));
                case 6 -> OtlpAttributes.read(in.message(tag), attributes);
                case 9 -> traceId = hex(in.bytes(tag));
                case 10 -> spanId = hex(in.bytes(tag));
                default -> in.skip(tag);
            }
        }
        return new LogRecord(time, Severity.ofNumber(severity), body, attributes.build(), traceId, spanId);
    }

    private static @Nullable String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy.length == 0 ? null : HexFormat.of().formatHex(copy);
    }
}
