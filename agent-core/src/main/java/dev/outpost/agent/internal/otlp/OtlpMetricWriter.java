package dev.outpost.agent.internal.otlp;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.proto.Utf8;
import dev.outpost.agent.internal.proto.Wire;
import dev.outpost.agent.metric.Instrument;
import java.util.Arrays;

/**
 * {@code Metric} of metrics.proto: collects the points of one instrument in a buffer that is used again and again, then
 * writes the metric around them. Not thread-safe.
 */
public final class OtlpMetricWriter {

    private static final int CUMULATIVE = 2;

    private byte[] points = new byte[1024];
    private int length;
    private int count;

    /** How many points there are. */
    public int count() {
        return count;
    }

    /** How many bytes they take. */
    public int length() {
        return length;
    }

    /** Forgets all points. */
    public void clear() {
        length = 0;
        count = 0;
    }

    /**
     * Adds a point.
     *
     * @param start start of a total, 0 for none
     * @param bits the value: of an integer itself, of a double {@link Double#doubleToRawLongBits}
     */
    public void add(long start, long time, Attributes attributes, long bits, boolean isDouble) {
        int size = (start == 0 ? 0 : 9) + 9 + 9 + OtlpAttributes.size(attributes);
        ensure(Wire.delimitedSize(size));
        int at = length;
        points[at++] = 1 << 3 | Wire.LENGTH_DELIMITED;
        at = Wire.putVarint(points, at, size);
        if (start != 0) {
            points[at++] = 2 << 3 | Wire.FIXED64;
            at = Wire.putFixed64(points, at, start);
        }
        points[at++] = 3 << 3 | Wire.FIXED64;
        at = Wire.putFixed64(points, at, time);
        if (isDouble) {
            points[at++] = 4 << 3 | Wire.FIXED64;
            at = Wire.putFixed64(points, at, bits);
        } else {
            points[at++] = 6 << 3 | Wire.FIXED64;
            at = Wire.putFixed64(points, at, bits);
        }
        length = OtlpAttributes.put(points, at, 7 << 3 | Wire.LENGTH_DELIMITED, attributes);
        count++;
    }

    private void ensure(int more) {
        if (length + more > points.length) {
            points = Arrays.copyOf(points, Math.max(length + more, 2 * points.length));
        }
    }

    /** Size of the metric with the points so far. */
    public int size(Instrument instrument) {
        return textSize(instrument.name())
                + textSize(instrument.description())
                + textSize(instrument.unit())
                + Wire.delimitedSize(dataSize(instrument.kind()));
    }

    private static int textSize(String text) {
        return text.isEmpty() ? 0 : Wire.delimitedSize(Utf8.length(text));
    }

    private int dataSize(Instrument.Kind kind) {
        return switch (kind) {
            case GAUGE -> length;
            case UP_DOWN_COUNTER -> length + 2;
            case COUNTER -> length + 4;
        };
    }

    /** Writes the metric with the points so far. */
    public int put(byte[] target, int position, Instrument instrument) {
        Instrument.Kind kind = instrument.kind();
        int at = putText(target, position, 1, instrument.name());
        at = putText(target, at, 2, instrument.description());
        at = putText(target, at, 3, instrument.unit());
        target[at++] = (byte) ((kind == Instrument.Kind.GAUGE ? 5 : 7) << 3 | Wire.LENGTH_DELIMITED);
        at = Wire.putVarint(target, at, dataSize(kind));
        System.arraycopy(points, 0, target, at, length);
        at += length;
        if (kind != Instrument.Kind.GAUGE) {
            target[at++] = 2 << 3 | Wire.VARINT;
            target[at++] = CUMULATIVE;
        }
        if (kind == Instrument.Kind.COUNTER) {
            target[at++] = 3 << 3 | Wire.VARINT;
            target[at++] = 1;
        }
        return at;
    }

    private static int putText(byte[] target, int position, int field, String text) {
        if (text.isEmpty()) {
            return position;
        }
        int size = Utf8.length(text);
        int at = position;
        target[at++] = (byte) (field << 3 | Wire.LENGTH_DELIMITED);
        at = Wire.putVarint(target, at, size);
        return Utf8.put(target, at, text, size);
    }
}
