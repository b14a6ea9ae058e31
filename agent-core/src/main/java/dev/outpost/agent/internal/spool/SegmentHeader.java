package dev.outpost.agent.internal.spool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;

/**
 * What a segment begins with: 64 bytes, little-endian.
 *
 * <pre>
 *    0 "AGSPOOL1"       8 u16 version    10 u16 flags    12 u32 header length
 *   16 stream id, 16   32 u64 epoch      40 u64 first sequence
 *   48 i64 created, milliseconds since 1970     56 u32 0     60 u32 CRC32C of the 60 bytes before
 * </pre>
 *
 * @param id which segment
 * @param createdMillis when it was made
 */
record SegmentHeader(SegmentId id, long createdMillis) {

    static final int BYTES = 64;
    private static final long MAGIC = 0x314C4F4F50534741L; // "AGSPOOL1" read little-endian
    private static final short VERSION = 1;
    private static final int CHECKSUM_AT = 60;

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(BYTES);
        out.order(ByteOrder.BIG_ENDIAN);
        out.putLong(id.streamId().getMostSignificantBits())
                .putLong(id.streamId().getLeastSignificantBits());
        out.order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(id.epoch())
                .putLong(id.firstSequence())
                .putLong(createdMillis)
                .putInt(0);
        out.putInt(FrameHeader.checksum(0, out.duplicate().flip()));
        return out.flip();
    }

    /** Reads a header; empty when it is damaged, or of another version. */
    static Optional<SegmentHeader> decode(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int at = in.position();
        if (in.remaining() < BYTES
                || in.getLong(at) != MAGIC
                || in.getShort(at + 8) != VERSION
                || in.getInt(at + CHECKSUM_AT)
                        != FrameHeader.checksum(0, bytes.duplicate().limit(at + CHECKSUM_AT))) {
            return Optional.empty();
        }
        ByteBuffer big = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        UUID streamId = new UUID(big.getLong(at + 16), big.getLong(at + 24));
        return Optional.of(new SegmentHeader(
                new SegmentId(streamId, in.getLong(at + 32), in.getLong(at + 40)), in.getLong(at + 48)));
    }
}
