package dev.outpost.agent.internal.otlp;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.internal.proto.Utf8;
import dev.outpost.agent.internal.proto.Wire;
import org.jspecify.annotations.Nullable;

/** {@code KeyValue} and {@code AnyValue} of common.proto. Every {@code put} takes the sizes that {@code size} gave. */
final class OtlpAttributes {

    private OtlpAttributes() {}

    /** Size of an AnyValue that is a string of {@code length} bytes; written even when empty, for it is a oneof. */
    static int stringValueSize(int length) {
        return Wire.delimitedSize(length);
    }

    static int putStringValue(byte[] target, int position, String text, int length) {
        int at = position;
        target[at++] = 1 << 3 | Wire.LENGTH_DELIMITED;
        at = Wire.putVarint(target, at, length);
        return Utf8.put(target, at, text, length);
    }

    /** Size of a KeyValue. */
    static int keyValueSize(int keyLength, int valueSize) {
        return Wire.delimitedSize(keyLength) + Wire.delimitedSize(valueSize);
    }

    /** Writes tag, length and content of a KeyValue field up to, not including, the content of its value. */
    static int putKeyValueHead(byte[] target, int position, int tag, String key, int keyLength, int valueSize) {
        int at = position;
        target[at++] = (byte) tag;
        at = Wire.putVarint(target, at, keyValueSize(keyLength, valueSize));
        target[at++] = 1 << 3 | Wire.LENGTH_DELIMITED;
        at = Wire.putVarint(target, at, keyLength);
        at = Utf8.put(target, at, key, keyLength);
        target[at++] = 2 << 3 | Wire.LENGTH_DELIMITED;
        return Wire.putVarint(target, at, valueSize);
    }

    /** Size of all attributes as a repeated KeyValue field whose tag is one byte. */
    static int size(Attributes attributes) {
        int size = 0;
        for (int i = 0; i < attributes.size(); i++) {
            size += Wire.delimitedSize(keyValueSize(Utf8.length(attributes.key(i)), valueSize(attributes.value(i))));
        }
        return size;
    }

    static int put(byte[] target, int position, int tag, Attributes attributes) {
        int at = position;
        for (int i = 0; i < attributes.size(); i++) {
            String key = attributes.key(i);
            Object value = attributes.value(i);
            at = putKeyValueHead(target, at, tag, key, Utf8.length(key), valueSize(value));
            at = putValue(target, at, value);
        }
        return at;
    }

    private static int valueSize(Object value) {
        if (value instanceof String text) {
            return stringValueSize(Utf8.length(text));
        }
        if (value instanceof Boolean) {
            return 2;
        }
        return value instanceof Long number ? 1 + Wire.varintSize(number) : 9;
    }

    private static int putValue(byte[] target, int position, Object value) {
        if (value instanceof String text) {
            return putStringValue(target, position, text, Utf8.length(text));
        }
        int at = position;
        if (value instanceof Boolean truth) {
            target[at++] = 2 << 3 | Wire.VARINT;
            target[at++] = (byte) (truth ? 1 : 0);
            return at;
        }
        if (value instanceof Long number) {
            target[at++] = 3 << 3 | Wire.VARINT;
            return Wire.putVarint(target, at, number);
        }
        target[at++] = 4 << 3 | Wire.FIXED64;
        return Wire.putFixed64(target, at, Double.doubleToRawLongBits((Double) value));
    }

    /** Reads a KeyValue into {@code builder}; values of types that {@link Attributes} does not have are left out. */
    static void read(ProtoReader in, Attributes.Builder builder) throws MalformedProtoException {
        String key = "";
        Object value = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> key = in.string(tag);
                case 2 -> value = readValue(in.message(tag));
                default -> in.skip(tag);
            }
        }
        if (key.isEmpty()) {
            throw new MalformedProtoException("an attribute has no key");
        }
        if (value instanceof String text) {
            builder.put(key, text);
        } else if (value instanceof Boolean truth) {
            builder.put(key, truth);
        } else if (value instanceof Long number) {
            builder.put(key, number);
        } else if (value instanceof Double number) {
            builder.put(key, number);
        }
    }

    static @Nullable Object readValue(ProtoReader in) throws MalformedProtoException {
        Object value = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> value = in.string(tag);
                case 2 -> value = in.bool(tag);
                case 3 -> value = in.varint(tag);
                case 4 -> value = in.doubleValue(tag);
                default -> in.skip(tag);
            }
        }
        return value;
    }
}
