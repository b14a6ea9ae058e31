package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;

/**
 * Which stream a slot is, and the highest epoch that one of its runs has taken.
 *
 * <pre>
 *   little-endian:   0 "AGMETA01"   8 u16 version   10 stream id, 16   26 u64 epoch   34 u32 CRC32C of all before
 * </pre>
 *
 * <p>Every version has the magic and the version in these places and the checksum of all else at its end, so that a newer
 * one can be told from a damaged one.
 *
 * @param streamId first part of the identity of its runs
 * @param epoch the highest that is taken
 */
record SlotMeta(UUID streamId, long epoch) {

    static final String FILE = "META";

    private static final long MAGIC = 0x31304154454D4741L; // "AGMETA01" read little-endian
    private static final short VERSION = 1;
    private static final int BYTES = 38;
    private static final int CHECKSUM_BYTES = 4;

    /** More than any version will need. */
    private static final int MOST_BYTES = 4096;

    /** What a file turned out to be. */
    enum State {
        /** It can be read. */
        WHOLE,
        /** It is damaged. */
        DAMAGED,
        /** A later version of this software wrote it. */
        NEWER
    }

    /**
     * What was read.
     *
     * @param state what it is
     * @param meta its content; of no meaning unless it is whole
     */
    record Read(State state, SlotMeta meta) {}

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putShort(VERSION).order(ByteOrder.BIG_ENDIAN);
        out.putLong(streamId.getMostSignificantBits()).putLong(streamId.getLeastSignificantBits());
        out.order(ByteOrder.LITTLE_ENDIAN).putLong(epoch);
        out.putInt(FrameHeader.checksum(0, out.duplicate().flip()));
        return out.flip();
    }

    static Read read(SpoolFiles.OpenFile file) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(in, 0);
        in.flip();
        Read damaged = new Read(State.DAMAGED, new SlotMeta(new UUID(0, 0), 0));
        int end = in.limit() - CHECKSUM_BYTES;
        if (end < Long.BYTES + Short.BYTES
                || in.getLong(0) != MAGIC
                || in.getInt(end) != FrameHeader.checksum(0, in.duplicate().limit(end))) {
            return damaged;
        }
        if (in.getShort(8) != VERSION) {
            return new Read(State.NEWER, damaged.meta);
        }
        if (in.limit() != BYTES) {
            return damaged;
        }
        ByteBuffer big = ByteBuffer.wrap(Arrays.copyOf(in.array(), BYTES));
        return new Read(State.WHOLE, new SlotMeta(new UUID(big.getLong(10), big.getLong(18)), in.getLong(26)));
    }
}
