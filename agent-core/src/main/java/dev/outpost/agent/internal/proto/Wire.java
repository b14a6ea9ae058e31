package dev.outpost.agent.internal.proto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Primitives of the wire format on a byte array; every {@code put} returns the position behind what it wrote. */
public final class Wire {

    /** Wire type of integers and truth values. */
    public static final int VARINT = 0;
    /** Wire type of 8 fixed bytes. */
    public static final int FIXED64 = 1;
    /** Wire type of strings, bytes and messages. */
    public static final int LENGTH_DELIMITED = 2;
    /** Wire type that opens a group: proto2 only, skipped. */
    public static final int START_GROUP = 3;
    /** Wire type that closes a group. */
    public static final int END_GROUP = 4;
    /** Wire type of 4 fixed bytes. */
    public static final int FIXED32 = 5;

    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_LE = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Wire() {}

    /** The tag of a field. */
    public static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    /** How many bytes {@code value} takes as a varint, 1 to 10. */
    public static int varintSize(long value) {
        // 70 - leading zeros is 6 more than the bits in use, so that the quotient by 7 is rounded up.
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** How many bytes a length-delimited field takes whose tag is one byte. */
    public static int delimitedSize(int length) {
        return 1 + varintSize(length) + length;
    }

    /** Writes a varint. */
    public static int putVarint(byte[] target, int position, long value) {
        int at = position;
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        return at;
    }

    /** Writes 8 bytes, little-endian. */
    public static int putFixed64(byte[] target, int position, long value) {
        LONG_LE.set(target, position, value);
        return position + 8;
    }

    /** Writes 4 bytes, little-endian. */
    public static int putFixed32(byte[] target, int position, int value) {
        INT_LE.set(target, position, value);
        return position + 4;
    }

    /** Reads 8 bytes, little-endian. */
    public static long getFixed64(byte[] source, int position) {
        return (long) LONG_LE.get(source, position);
    }

    /** Reads 4 bytes, little-endian. */
    public static int getFixed32(byte[] source, int position) {
        return (int) INT_LE.get(source, position);
    }
}
