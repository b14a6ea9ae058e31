package dev.outpost.agent.internal.proto;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Reads a message field by field. Every read is bounded by the message, so that garbage ends in
 * {@link MalformedProtoException} and nothing else. Not thread-safe.
 *
 * <pre>
 *   for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
 *       switch (tag &gt;&gt;&gt; 3) {
 *           case 1 -&gt; id = in.varint(tag);
 *           default -&gt; in.skip(tag);
 *       }
 *   }
 * </pre>
 */
public final class ProtoReader {

    private static final int MAX_GROUP_DEPTH = 32;

    private final byte[] bytes;
    private final int limit;
    private int position;

    /** Reads {@code length} bytes from {@code offset}. */
    public ProtoReader(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.position = offset;
        this.limit = offset + length;
    }

    /** Reads what remains in {@code buffer}, which is left as it is. */
    public static ProtoReader of(ByteBuffer buffer) {
        if (buffer.hasArray()) {
            return new ProtoReader(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return new ProtoReader(copy, 0, copy.length);
    }

    /** The next field's tag, or 0 at the end of the message. */
    public int nextTag() throws MalformedProtoException {
        if (position == limit) {
            return 0;
        }
        long tag = rawVarint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw new MalformedProtoException("field tag " + tag + " is out of range");
        }
        return (int) tag;
    }

    /** The value of an integer field. */
    public long varint(int tag) throws MalformedProtoException {
        require(tag, Wire.VARINT);
        return rawVarint();
    }

    /** The value of an integer field that must lie in a range. */
    public int boundedInt(int tag, int min, int max) throws MalformedProtoException {
        long value = varint(tag);
        if (value < min || value > max) {
            throw new MalformedProtoException(
                    "field " + (tag >>> 3) + " is " + value + "; allowed is " + min + " to " + max);
        }
        return (int) value;
    }

    /** The value of a truth field. */
    public boolean bool(int tag) throws MalformedProtoException {
        return varint(tag) != 0;
    }

    /** The value of an 8-byte field. */
    public long fixed64(int tag) throws MalformedProtoException {
        require(tag, Wire.FIXED64);
        requireRemaining(8);
        long value = Wire.getFixed64(bytes, position);
        position += 8;
        return value;
    }

    /** The value of a double field. */
    public double doubleValue(int tag) throws MalformedProtoException {
        return Double.longBitsToDouble(fixed64(tag));
    }

    /** The value of a 4-byte field. */
    public int fixed32(int tag) throws MalformedProtoException {
        require(tag, Wire.FIXED32);
        requireRemaining(4);
        int value = Wire.getFixed32(bytes, position);
        position += 4;
        return value;
    }

    /** The value of a string field. */
    public String string(int tag) throws MalformedProtoException {
        int length = delimited(tag);
        String value = Utf8.decode(bytes, position, length);
        position += length;
        return value;
    }

    /** The value of a bytes field: a read-only view of the message's own bytes. */
    public ByteBuffer bytes(int tag) throws MalformedProtoException {
        int length = delimited(tag);
        ByteBuffer value = ByteBuffer.wrap(bytes, position, length).slice().asReadOnlyBuffer();
        position += length;
        return value;
    }

    /** A reader on a nested message. */
    public ProtoReader message(int tag) throws MalformedProtoException {
        int length = delimited(tag);
        ProtoReader nested = new ProtoReader(bytes, position, length);
        position += length;
        return nested;
    }

    /** Reads one entry of a {@code map<string, string>} into {@code target}; of equal keys the last wins. */
    public void mapEntry(int tag, Map<String, String> target) throws MalformedProtoException {
        ProtoReader entry = message(tag);
        String key = "";
        String value = "";
        for (int t = entry.nextTag(); t != 0; t = entry.nextTag()) {
            switch (t >>> 3) {
                case 1 -> key = entry.string(t);
                case 2 -> value = entry.string(t);
                default -> entry.skip(t);
            }
        }
        target.put(key, value);
    }

    /** Passes over a field that is not known here. */
    public void skip(int tag) throws MalformedProtoException {
        skip(tag, 0);
    }

    private void skip(int tag, int depth) throws MalformedProtoException {
        switch (tag & 7) {
            case Wire.VARINT -> rawVarint();
            case Wire.FIXED64 -> advance(8);
            case Wire.LENGTH_DELIMITED -> advance(delimited(tag));
            case Wire.FIXED32 -> advance(4);
            case Wire.START_GROUP -> skipGroup(tag, depth + 1);
            default -> throw new MalformedProtoException("field " + (tag >>> 3) + " has wire type " + (tag & 7));
        }
    }

    private void skipGroup(int startTag, int depth) throws MalformedProtoException {
        if (depth > MAX_GROUP_DEPTH) {
            throw new MalformedProtoException("groups are nested more than " + MAX_GROUP_DEPTH + " deep");
        }
        int endTag = Wire.tag(startTag >>> 3, Wire.END_GROUP);
        for (int tag = nextTag(); tag != endTag; tag = nextTag()) {
            if (tag == 0) {
                throw new MalformedProtoException("a group is not closed");
            }
            skip(tag, depth);
        }
    }

    private void advance(int count) throws MalformedProtoException {
        requireRemaining(count);
        position += count;
    }

    private int delimited(int tag) throws MalformedProtoException {
        require(tag, Wire.LENGTH_DELIMITED);
        long length = rawVarint();
        if (length < 0 || length > limit - position) {
            throw new MalformedProtoException(
                    "field " + (tag >>> 3) + " claims " + length + " bytes, but " + (limit - position) + " are left");
        }
        return (int) length;
    }

    private long rawVarint() throws MalformedProtoException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position == limit) {
                throw new MalformedProtoException("the message ends within a number");
            }
            byte b = bytes[position++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedProtoException("a number has more than 10 bytes");
    }

    private static void require(int tag, int wireType) throws MalformedProtoException {
        if ((tag & 7) != wireType) {
            throw new MalformedProtoException(
                    "field " + (tag >>> 3) + " has wire type " + (tag & 7) + ", expected " + wireType);
        }
    }

    private void requireRemaining(int count) throws MalformedProtoException {
        if (count > limit - position) {
            throw new MalformedProtoException("the message ends within a value");
        }
    }
}
