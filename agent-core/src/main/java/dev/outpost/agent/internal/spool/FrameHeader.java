package dev.outpost.agent.internal.spool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What stands before a batch on disk: 40 bytes, little-endian, at a multiple of 8.
 *
 * <pre>
 *    0 u32 magic        4 u32 body length    8 u32 CRC32C of these 40 bytes, this field 0    12 u32 CRC32C of the body
 *   16 u64 sequence    24 u32 records       28 u16 type        30 u8 codec    31 u8 priority class
 *   32 i64 created, milliseconds since 1970
 * </pre>
 *
 * <p>Both checksums begin with the seed of their segment.
 *
 * @param sequence the batch's number in its run
 * @param records what it holds
 * @param type what it is
 * @param codec how the body is compressed, by the protocol's numbers
 * @param priority its class, 0 the most important
 * @param createdMillis when it was written, for people
 * @param bodyLength size of the body
 * @param bodyChecksum checksum of the body
 */
public record FrameHeader(
        long sequence,
        int records,
        FrameType type,
        int codec,
        int priority,
        long createdMillis,
        int bodyLength,
        int bodyChecksum) {

    /** Size of a header. */
    public static final int BYTES = 40;

    /** The largest body. */
    public static final int MAX_BODY = 4 << 20;

    static final int MAGIC = 0xA6E70F5E;
    private static final int CHECKSUM_AT = 8;

    /** Bytes that a frame with a body of that length takes. */
    static long frameBytes(int bodyLength) {
        return BYTES + ((bodyLength + 7L) & -8L);
    }

    /** Bytes that this frame takes. */
    long frameBytes() {
        return frameBytes(bodyLength);
    }

    /** The header as bytes. */
    ByteBuffer encode(long seed) {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(bodyLength).putInt(0).putInt(bodyChecksum).putLong(sequence);
        out.putInt(records).putShort((short) type.number()).put((byte) codec).put((byte) priority);
        out.putLong(createdMillis).flip();
        out.putInt(CHECKSUM_AT, checksum(seed, out.duplicate()));
        return out;
    }

    /** Reads a header from the buffer's position; empty when there is none. The position stays. */
    static Optional<FrameHeader> decode(ByteBuffer bytes, long seed) {
        if (bytes.remaining() < BYTES) {
            return Optional.empty();
        }
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int at = in.position();
        int bodyLength = in.getInt(at + 4);
        if (in.getInt(at) != MAGIC || bodyLength < 0 || bodyLength > MAX_BODY) {
            return Optional.empty();
        }
        ByteBuffer copy = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(in.limit(at + BYTES)).flip();
        copy.putInt(CHECKSUM_AT, 0);
        if (checksum(seed, copy.duplicate())
                != bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(at + CHECKSUM_AT)) {
            return Optional.empty();
        }
        return FrameType.of(copy.getShort(28) & 0xFFFF)
                .map(type -> new FrameHeader(
                        copy.getLong(16),
                        copy.getInt(24),
                        type,
                        copy.get(30) & 0xFF,
                        copy.get(31) & 0xFF,
                        copy.getLong(32),
                        bodyLength,
                        copy.getInt(12)));
    }

    /** CRC32C of the seed and then of all bytes of the buffer. */
    static int checksum(long seed, ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (seed >>> shift) & 0xFF);
        }
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
