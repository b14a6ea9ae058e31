package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.internal.proto.ProtoWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Parts of messages that occur in both directions. */
final class Parts {

    private static final Rejection.Code[] REJECTION_CODES = Rejection.Code.values();
    private static final Response.Status[] RESPONSE_STATUSES = Response.Status.values();

    /** Longer durations are cut when read and when written: nobody means 31 years. */
    private static final long LONGEST_MILLIS = 1_000_000_000_000L;

    private static final Duration LONGEST = Duration.ofMillis(LONGEST_MILLIS);

    /** The end of the year 9999, and of the instants that travel as milliseconds since 1970. */
    private static final long LATEST_MILLIS = 253_402_300_799_999L;

    private static final Instant LATEST = Instant.ofEpochMilli(LATEST_MILLIS);

    private Parts() {}

    static void empty(int field, ProtoWriter out) {
        out.endMessage(out.beginMessage(field));
    }

    static void skipAll(ProtoReader in) throws MalformedProtoException {
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            in.skip(tag);
        }
    }

    /** A duration whose zero means something else than the shortest one: below a millisecond it does not become zero. */
    static long millis(Duration duration) {
        return duration.isZero() ? 0 : Math.max(1, wholeMillis(duration));
    }

    static long wholeMillis(Duration duration) {
        return duration.compareTo(LONGEST) > 0 ? LONGEST_MILLIS : duration.toMillis();
    }

    /** For fields of 32 bits: what is longer than 49 days is as good as that. */
    static long millis32(Duration duration) {
        return Math.min(wholeMillis(duration), (1L << 32) - 1);
    }

    static Duration duration(long millis) {
        return Duration.ofMillis(millis < 0 ? LONGEST_MILLIS : Math.min(millis, LONGEST_MILLIS));
    }

    /** A text whose emptiness means "not set", written or not. */
    static @Nullable String stringOrNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** A duration whose zero means "not set", written or not. */
    static @Nullable Duration durationOrNull(long millis) {
        return millis == 0 ? null : duration(millis);
    }

    /** A {@code uint32} that is a size or count here: what is beyond the range of an int is as good as the largest. */
    static int count(long value) {
        int bits = (int) value;
        return bits < 0 ? Integer.MAX_VALUE : bits;
    }

    static long zigZag(int value) {
        return Integer.toUnsignedLong(value << 1 ^ value >> 31);
    }

    static int unZigZag(long value) {
        int bits = (int) value;
        return bits >>> 1 ^ -(bits & 1);
    }

    /** The protocol's enums are declared in the order of their numbers, from 0; a test holds them to the contract. */
    @SuppressWarnings("EnumOrdinal")
    static int number(Enum<?> value) {
        return value.ordinal();
    }

    /** The element at an ordinal, or the first, which stands for "not known here". */
    static <E> E orUnspecified(E[] elements, long ordinal) {
        return ordinal > 0 && ordinal < elements.length ? elements[(int) ordinal] : elements[0];
    }

    /**
     * An instant in milliseconds since 1970.
     *
     * @throws IllegalArgumentException if it is beyond the year 9999
     */
    static Instant instant(long epochMillis, String what) {
        if (epochMillis < 0 || epochMillis > LATEST_MILLIS) {
            throw new IllegalArgumentException(
                    what + " is " + Long.toUnsignedString(epochMillis) + "; allowed is at most " + LATEST_MILLIS);
        }
        return Instant.ofEpochMilli(epochMillis);
    }

    /** An instant whose zero means "not set". */
    static @Nullable Instant instantOrNull(long epochMillis, String what) {
        return epochMillis == 0 ? null : instant(epochMillis, what);
    }

    /** Milliseconds since 1970; what was before then, or is after the year 9999, is as good as the end of that time. */
    static long epochMillis(Instant instant) {
        return instant.isBefore(Instant.EPOCH) ? 0 : instant.isAfter(LATEST) ? LATEST_MILLIS : instant.toEpochMilli();
    }

    /** An instant whose zero means "not set", or 0 if there is none. */
    static long epochMillisOrZero(@Nullable Instant instant) {
        return instant == null ? 0 : Math.max(1, epochMillis(instant));
    }

    /** Refuses one element more than so many, before it is read. */
    static void requireRoom(Collection<?> elements, int most, String what) {
        if (elements.size() >= most) {
            throw new IllegalArgumentException("more than " + most + " " + what);
        }
    }

    /** Writes a text unless there is none. */
    static void optional(int field, @Nullable String text, ProtoWriter out) {
        if (text != null) {
            out.string(field, text);
        }
    }

    /**
     * The element at an ordinal.
     *
     * @throws IllegalArgumentException if there is none: a newer peer's value that cannot be guessed
     */
    static <E> E element(E[] elements, long ordinal, String what) {
        if (ordinal < 0 || ordinal >= elements.length) {
            throw new IllegalArgumentException("the " + what + " is not known here");
        }
        return elements[(int) ordinal];
    }

    static void position(int field, StreamPosition position, ProtoWriter out) {
        int start = out.beginMessage(field);
        ByteBuffer id = ByteBuffer.allocate(16);
        id.putLong(position.streamId().getMostSignificantBits());
        id.putLong(position.streamId().getLeastSignificantBits());
        out.bytes(1, id.array());
        out.varint(2, position.epoch());
        out.varint(3, position.sequence());
        out.endMessage(start);
    }

    static StreamPosition position(ProtoReader in) throws MalformedProtoException {
        UUID streamId = null;
        long epoch = 0;
        long sequence = 0;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> streamId = streamId(in.bytes(tag));
                case 2 -> epoch = in.varint(tag);
                case 3 -> sequence = in.varint(tag);
                default -> in.skip(tag);
            }
        }
        return new StreamPosition(required(streamId, "stream_id"), epoch, sequence);
    }

    private static UUID streamId(ByteBuffer bytes) {
        if (bytes.remaining() != 16) {
            throw new IllegalArgumentException("a stream_id has " + bytes.remaining() + " bytes; allowed is 16");
        }
        return new UUID(bytes.getLong(0), bytes.getLong(8));
    }

    static <T> T required(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalArgumentException(what + " is missing");
        }
        return value;
    }

    static void request(int field, Request m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.string(1, m.type());
        out.string(2, m.contentType());
        bytes(3, m.body(), out);
        out.varint(4, millis32(m.timeout()));
        if (m.traceparent() != null) {
            out.string(5, m.traceparent());
        }
        out.endMessage(start);
    }

    static Request request(ProtoReader in) throws MalformedProtoException {
        String type = "";
        String contentType = "";
        ByteBuffer body = ByteBuffer.allocate(0);
        Duration timeout = Duration.ZERO;
        String traceparent = null;
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> type = in.string(tag);
                case 2 -> contentType = in.string(tag);
                case 3 -> body = in.bytes(tag);
                case 4 -> timeout = duration(in.varint(tag));
                case 5 -> traceparent = stringOrNull(in.string(tag));
                default -> in.skip(tag);
            }
        }
        return new Request(type, contentType, body, timeout, traceparent);
    }

    static void response(int field, Response m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.varint(1, number(m.status()));
        out.string(2, m.contentType());
        bytes(3, m.body(), out);
        out.string(4, m.detail());
        out.endMessage(start);
    }

    static Response response(ProtoReader in) throws MalformedProtoException {
        Response.Status status = Response.Status.UNSPECIFIED;
        String contentType = "";
        ByteBuffer body = ByteBuffer.allocate(0);
        String detail = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> status = orUnspecified(RESPONSE_STATUSES, in.varint(tag));
                case 2 -> contentType = in.string(tag);
                case 3 -> body = in.bytes(tag);
                case 4 -> detail = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new Response(status, contentType, body, detail);
    }

    private static void bytes(int field, ByteBuffer content, ProtoWriter out) {
        if (content.hasRemaining()) {
            byte[] copy = new byte[content.remaining()];
            content.get(copy);
            out.bytes(field, copy);
        }
    }

    static void rejection(int field, Rejection m, ProtoWriter out) {
        int start = out.beginMessage(field);
        out.varint(1, number(m.code()));
        out.string(2, m.detail());
        out.endMessage(start);
    }

    static Rejection rejection(ProtoReader in) throws MalformedProtoException {
        Rejection.Code code = Rejection.Code.UNSPECIFIED;
        String detail = "";
        for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
            switch (tag >>> 3) {
                case 1 -> code = orUnspecified(REJECTION_CODES, in.varint(tag));
                case 2 -> detail = in.string(tag);
                default -> in.skip(tag);
            }
        }
        return new Rejection(code, detail);
    }
}
