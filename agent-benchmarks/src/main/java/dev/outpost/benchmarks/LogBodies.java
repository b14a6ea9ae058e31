package dev.outpost.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Looks into encoded log records without decoding them: how many there are, when they were made, and how severe they are. */
final class LogBodies {

    private static final int LENGTH_DELIMITED = 2;

    /** Where a record has its time: behind the tag. */
    private static final int TIME_AT = 1;

    /** Where a record has its severity: behind time and tag. */
    private static final int SEVERITY_AT = 10;

    private LogBodies() {}

    /** Is told of each record. */
    @FunctionalInterface
    interface Visitor {
        /**
         * A record.
         *
         * @param epochNanos when it was made
         * @param severity its number in OTLP
         */
        void record(long epochNanos, int severity);
    }

    /** Visits the records of a batch, that is, each field 2 of a {@code ScopeLogs}; the number of them. */
    static int visit(ByteBuffer body, Visitor visitor) {
        ByteBuffer in = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int records = 0;
        while (in.hasRemaining()) {
            requireDelimited(varint(in), 2);
            int length = varint(in);
            int start = in.position();
            visitor.record(in.getLong(start + TIME_AT), in.get(start + SEVERITY_AT));
            in.position(start + length);
            records++;
        }
        return records;
    }

    /** Records of an OTLP {@code ExportLogsServiceRequest}: field 2 of field 2 of field 1. */
    static int countInRequest(ByteBuffer request) {
        return count(request, 1, 2, 2);
    }

    private static int count(ByteBuffer message, int... path) {
        ByteBuffer in = message.duplicate();
        int records = 0;
        while (in.hasRemaining()) {
            int tag = varint(in);
            if ((tag & 7) != LENGTH_DELIMITED) {
                throw new IllegalArgumentException("a field of wire type " + (tag & 7) + " where none is expected");
            }
            int length = varint(in);
            if (tag >>> 3 == path[0]) {
                records += path.length == 1
                        ? 1
                        : count(in.slice(in.position(), length), Arrays.copyOfRange(path, 1, path.length));
            }
            in.position(in.position() + length);
        }
        return records;
    }

    private static void requireDelimited(int tag, int field) {
        if (tag != (field << 3 | LENGTH_DELIMITED)) {
            throw new IllegalArgumentException("a field with tag " + tag + " where only records are expected");
        }
    }

    private static int varint(ByteBuffer in) {
        int value = 0;
        int shift = 0;
        byte next;
        do {
            next = in.get();
            value |= (next & 0x7F) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }
}
