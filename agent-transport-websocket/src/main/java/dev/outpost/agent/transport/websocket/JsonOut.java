package dev.outpost.agent.transport.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.outpost.agent.protocol.StreamPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes members in the proto3-JSON form (protobuf.dev/programming-guides/json): 64-bit numbers as strings, bytes as base64,
 * enums by name. What has its default value is left out.
 */
final class JsonOut {

    private static final long UNSIGNED_32 = (1L << 32) - 1;

    /** Longer durations are cut, as in the binary form. */
    private static final Duration LONGEST = Duration.ofSeconds(1_000_000_000);

    /** What is later is as good as the end of the year 9999, as in the binary form. */
    private static final Instant LATEST = Instant.ofEpochMilli(253_402_300_799_999L);

    private final JsonGenerator out;

    JsonOut(JsonGenerator out) {
        this.out = out;
    }

    void begin() throws IOException {
        out.writeStartObject();
    }

    void begin(String name) throws IOException {
        out.writeFieldName(name);
        out.writeStartObject();
    }

    void end() throws IOException {
        out.writeEndObject();
    }

    void text(String name, @Nullable String value) throws IOException {
        if (value != null && !value.isEmpty()) {
            out.writeStringField(name, value);
        }
    }

    void texts(String name, List<String> values) throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(name);
            for (String value : values) {
                out.writeString(value);
            }
            out.writeEndArray();
        }
    }

    void texts(String name, Map<String, String> values) throws IOException {
        if (!values.isEmpty()) {
            begin(name);
            for (Map.Entry<String, String> entry : values.entrySet()) {
                out.writeStringField(entry.getKey(), entry.getValue());
            }
            end();
        }
    }

    /** A {@code uint32} or {@code sint32}. */
    void number(String name, int value) throws IOException {
        if (value != 0) {
            out.writeNumberField(name, value);
        }
    }

    /** A {@code uint64} or {@code fixed64}. */
    void unsigned64(String name, long value) throws IOException {
        if (value != 0) {
            presentUnsigned64(name, value);
        }
    }

    void presentUnsigned64(String name, long value) throws IOException {
        out.writeStringField(name, Long.toUnsignedString(value));
    }

    /** A {@code double}; minus zero is not the default. */
    void real(String name, double value) throws IOException {
        if (Double.doubleToRawLongBits(value) != 0) {
            presentReal(name, value);
        }
    }

    void presentReal(String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            out.writeNumberField(name, value);
        } else {
            out.writeStringField(name, Double.toString(value));
        }
    }

    /** Enums are declared in the order of their numbers; the first constant is the default. */
    @SuppressWarnings("EnumOrdinal")
    void element(String name, Enum<?> value) throws IOException {
        if (value.ordinal() != 0) {
            out.writeStringField(name, value.name());
        }
    }

    void bytes(String name, ByteBuffer value) throws IOException {
        if (value.hasRemaining()) {
            byte[] copy = new byte[value.remaining()];
            value.duplicate().get(copy);
            out.writeStringField(name, Base64.getEncoder().encodeToString(copy));
        }
    }

    /** A {@code uint32} of milliseconds: what is longer than 49 days is as good as that. */
    void millis32(String name, Duration value) throws IOException {
        long millis = Math.min(wholeMillis(value), UNSIGNED_32);
        if (millis != 0) {
            out.writeNumberField(name, millis);
        }
    }

    /** A {@code uint64} of whole milliseconds. */
    void millis64(String name, Duration value) throws IOException {
        unsigned64(name, wholeMillis(value));
    }

    /** A {@code uint64} of milliseconds whose zero means something else than the shortest: that does not become zero. */
    void millisIfSet(String name, @Nullable Duration value) throws IOException {
        if (value != null && !value.isZero()) {
            unsigned64(name, Math.max(1, wholeMillis(value)));
        }
    }

    private static long wholeMillis(Duration value) {
        return value.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : value.toMillis();
    }

    /** A {@code uint64} of milliseconds since 1970 whose zero means "not set". */
    void instantIfSet(String name, @Nullable Instant value) throws IOException {
        if (value != null) {
            unsigned64(name, Math.max(1, epochMillis(value)));
        }
    }

    /** A {@code uint64} of milliseconds since 1970, also when it is zero. */
    void presentInstant(String name, Instant value) throws IOException {
        presentUnsigned64(name, epochMillis(value));
    }

    private static long epochMillis(Instant value) {
        return value.isBefore(Instant.EPOCH) ? 0 : (value.isAfter(LATEST) ? LATEST : value).toEpochMilli();
    }

    void flag(String name, boolean value) throws IOException {
        if (value) {
            out.writeBooleanField(name, true);
        }
    }

    /** Writes the members of one object. */
    @FunctionalInterface
    interface Members<T> {
        void write(T value, JsonOut out) throws IOException;
    }

    <T> void objects(String name, List<T> values, Members<T> members) throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(name);
            for (T value : values) {
                begin();
                members.write(value, this);
                end();
            }
            out.writeEndArray();
        }
    }

    void position(String name, StreamPosition value) throws IOException {
        out.writeFieldName(name);
        position(value);
    }

    void positions(String name, List<StreamPosition> values) throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(name);
            for (StreamPosition value : values) {
                position(value);
            }
            out.writeEndArray();
        }
    }

    private void position(StreamPosition value) throws IOException {
        begin();
        ByteBuffer id = ByteBuffer.allocate(16);
        id.putLong(value.streamId().getMostSignificantBits());
        id.putLong(value.streamId().getLeastSignificantBits());
        bytes("streamId", id.flip());
        unsigned64("epoch", value.epoch());
        unsigned64("sequence", value.sequence());
        end();
    }
}
