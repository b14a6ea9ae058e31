package dev.outpost.agent.internal.spool;

import java.nio.ByteBuffer;

/**
 * A batch on its way to the disk.
 *
 * @param sequence its number in its run, from 1
 * @param records what it holds
 * @param type what it is
 * @param codec how the body is compressed, by the protocol's numbers
 * @param body its bytes, at most {@link FrameHeader#MAX_BODY}
 */
public record Batch(long sequence, int records, FrameType type, int codec, ByteBuffer body) {

    /**
     * Checks it: what no reader would accept must not be written.
     *
     * @throws IllegalArgumentException if the number, the records or the size of the body are out of bounds
     */
    public Batch {
        if (sequence < 1 || records < 0 || codec < 0 || codec > 255 || body.remaining() > FrameHeader.MAX_BODY) {
            throw new IllegalArgumentException("no batch can have sequence " + sequence + ", " + records
                    + " records, codec " + codec + " and " + body.remaining() + " bytes");
        }
    }

    /** The header for it in a segment of that seed. */
    FrameHeader header(int priority, long nowMillis, long seed) {
        int checksum = FrameHeader.checksum(seed, body.duplicate());
        return new FrameHeader(sequence, records, type, codec, priority, nowMillis, body.remaining(), checksum);
    }
}
