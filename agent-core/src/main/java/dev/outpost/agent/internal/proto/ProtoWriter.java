package dev.outpost.agent.internal.proto;

import java.util.Arrays;
import java.util.Map;

/**
 * Writes a message into an array that grows. Scalar fields with their default value are left out, as proto3 has it.
 *
 * <p>For control messages, which are small and rare; what is encoded on the application's threads uses {@link Wire}
 * directly. Not thread-safe.
 */
public final class ProtoWriter {

    private byte[] bytes;
    private int position;

    /** A writer that grows beyond {@code initialCapacity} when needed. */
    public ProtoWriter(int initialCapacity) {
        bytes = new byte[initialCapacity];
    }

    /** How many bytes are written. */
    public int size() {
        return position;
    }

    /** What is written; a copy. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, position);
    }

    /** An unsigned or signed integer; 0 is left out. */
    public void varint(int field, long value) {
        if (value != 0) {
            presentVarint(field, value);
        }
    }

    /** An integer with presence: written even when 0. */
    public void presentVarint(int field, long value) {
        ensure(20);
        position = Wire.putVarint(bytes, position, Wire.tag(field, Wire.VARINT));
        position = Wire.putVarint(bytes, position, value);
    }

    /** A truth value; false is left out. */
    public void bool(int field, boolean value) {
        varint(field, value ? 1 : 0);
    }

    /** Eight fixed bytes; 0 is left out. */
    public void fixed64(int field, long value) {
        if (value != 0) {
            presentFixed64(field, value);
        }
    }

    /** A double with presence: written even when 0. */
    public void presentDouble(int field, double value) {
        presentFixed64(field, Double.doubleToRawLongBits(value));
    }

    private void presentFixed64(int field, long value) {
        ensure(18);
        position = Wire.putVarint(bytes, position, Wire.tag(field, Wire.FIXED64));
        position = Wire.putFixed64(bytes, position, value);
    }

    /** A string; the empty one is left out. */
    public void string(int field, String value) {
        if (!value.isEmpty()) {
            presentString(field, value);
        }
    }

    /** An element of a repeated string, or one with presence: written even when empty. */
    public void presentString(int field, String value) {
        int length = Utf8.length(value);
        lengthPrefix(field, length);
        position = Utf8.put(bytes, position, value, length);
    }

    /** Bytes; none are left out. */
    public void bytes(int field, byte[] value) {
        if (value.length > 0) {
            lengthPrefix(field, value.length);
            System.arraycopy(value, 0, bytes, position, value.length);
            position += value.length;
        }
    }

    /** A {@code map<string, string>}: one entry message per pair. */
    public void map(int field, Map<String, String> entries) {
        entries.forEach((key, value) -> {
            int entry = beginMessage(field);
            string(1, key);
            string(2, value);
            endMessage(entry);
        });
    }

    /** Tag and length of a field whose {@code length} bytes follow by other means; room for them is made. */
    public void lengthPrefix(int field, int length) {
        ensure(20 + length);
        position = Wire.putVarint(bytes, position, Wire.tag(field, Wire.LENGTH_DELIMITED));
        position = Wire.putVarint(bytes, position, length);
    }

    /** Like {@link #lengthPrefix}, but the bytes are not put here, so no room is made for them. */
    public void detachedLengthPrefix(int field, int length) {
        ensure(20);
        position = Wire.putVarint(bytes, position, Wire.tag(field, Wire.LENGTH_DELIMITED));
        position = Wire.putVarint(bytes, position, length);
    }

    /** Appends bytes as they are. */
    public void raw(ProtoWriter other) {
        ensure(other.position);
        System.arraycopy(other.bytes, 0, bytes, position, other.position);
        position += other.position;
    }

    /**
     * Opens a nested message, written even when it stays empty.
     *
     * @return what {@link #endMessage} wants
     */
    public int beginMessage(int field) {
        ensure(12);
        position = Wire.putVarint(bytes, position, Wire.tag(field, Wire.LENGTH_DELIMITED));
        return position;
    }

    /** Closes a nested message: its length is put in front, and the content moved to make room. */
    public void endMessage(int start) {
        int length = position - start;
        int prefix = Wire.varintSize(length);
        ensure(prefix);
        System.arraycopy(bytes, start, bytes, start + prefix, length);
        Wire.putVarint(bytes, start, length);
        position += prefix;
    }

    private void ensure(int more) {
        int needed = Math.addExact(position, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
    }
}
