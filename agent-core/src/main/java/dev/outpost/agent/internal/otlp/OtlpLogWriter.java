package dev.outpost.agent.internal.otlp;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.proto.Utf8;
import dev.outpost.agent.internal.proto.Wire;
import dev.outpost.agent.log.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * {@code LogRecord} of logs.proto: first the exact size, then the bytes, so that a slot can be claimed in between. Fields
 * are written in the order of their numbers. Stateless.
 */
public final class OtlpLogWriter {

    private static final int TIME = 1 << 3 | Wire.FIXED64;
    private static final int SEVERITY = 2 << 3 | Wire.VARINT;
    private static final int BODY = 5 << 3 | Wire.LENGTH_DELIMITED;
    private static final int ATTRIBUTES = 6 << 3 | Wire.LENGTH_DELIMITED;
    private static final int TRACE_ID = 9 << 3 | Wire.LENGTH_DELIMITED;
    private static final int SPAN_ID = 10 << 3 | Wire.LENGTH_DELIMITED;
    private static final int OBSERVED_TIME = 11 << 3 | Wire.FIXED64;

    /** Time, severity and observed time. */
    private static final int FIXED_SIZE = 9 + 2 + 9;

    private OtlpLogWriter() {}

    /** Size of a record with a body of {@code bodyLength} UTF-8 bytes and nothing else. */
    public static int size(int bodyLength) {
        return FIXED_SIZE + Wire.delimitedSize(OtlpAttributes.stringValueSize(bodyLength));
    }

    /** What a string attribute with these UTF-8 lengths adds to {@link #size(int)}. */
    public static int attributeSize(int keyLength, int valueLength) {
        return Wire.delimitedSize(OtlpAttributes.keyValueSize(keyLength, OtlpAttributes.stringValueSize(valueLength)));
    }

    /** Size of {@code record} with further attributes. */
    public static int size(LogRecord record, Attributes more) {
        return size(Utf8.length(record.body()))
                + OtlpAttributes.size(record.attributes())
                + OtlpAttributes.size(more)
                + (record.traceId() == null ? 0 : 2 + 16)
                + (record.spanId() == null ? 0 : 2 + 8);
    }

    /** Writes time, severity and body; then come attributes, then {@link #putEnd}. */
    public static int putStart(
            byte[] target, int position, long epochNanos, int severity, String body, int bodyLength) {
        int at = position;
        target[at++] = TIME;
        at = Wire.putFixed64(target, at, epochNanos);
        target[at++] = SEVERITY;
        target[at++] = (byte) severity;
        target[at++] = BODY;
        at = Wire.putVarint(target, at, OtlpAttributes.stringValueSize(bodyLength));
        return OtlpAttributes.putStringValue(target, at, body, bodyLength);
    }

    /** Writes a string attribute. */
    public static int putAttribute(
            byte[] target, int position, String key, int keyLength, String value, int valueLength) {
        int valueSize = OtlpAttributes.stringValueSize(valueLength);
        int at = OtlpAttributes.putKeyValueHead(target, position, ATTRIBUTES, key, keyLength, valueSize);
        return OtlpAttributes.putStringValue(target, at, value, valueLength);
    }

    /** Writes the observed time, which comes last. */
    public static int putEnd(byte[] target, int position, long observedEpochNanos) {
        target[position] = OBSERVED_TIME;
        return Wire.putFixed64(target, position + 1, observedEpochNanos);
    }

    /** Writes a whole record; {@code now} stands in for a missing time and is the observed time. */
    public static int put(byte[] target, int position, LogRecord record, Attributes more, long now) {
        long time = record.epochNanos() == 0 ? now : record.epochNanos();
        int bodyLength = Utf8.length(record.body());
        int at = putStart(target, position, time, record.severity().number(), record.body(), bodyLength);
        at = OtlpAttributes.put(target, at, ATTRIBUTES, record.attributes());
        at = OtlpAttributes.put(target, at, ATTRIBUTES, more);
        at = putHex(target, at, TRACE_ID, record.traceId());
        at = putHex(target, at, SPAN_ID, record.spanId());
        return putEnd(target, at, now);
    }

    private static int putHex(byte[] target, int position, int tag, @Nullable String digits) {
        if (digits == null) {
            return position;
        }
        int at = position;
        int length = digits.length() / 2;
        target[at++] = (byte) tag;
        target[at++] = (byte) length;
        for (int i = 0; i < length; i++) {
            int high = Character.digit(digits.charAt(2 * i), 16);
            int low = Character.digit(digits.charAt(2 * i + 1), 16);
            target[at++] = (byte) (high << 4 | low);
        }
        return at;
    }
}
