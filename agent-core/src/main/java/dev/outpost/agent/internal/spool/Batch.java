package dev.outpost.agent.internal.spool;

import java.nio.ByteBuffer;

/**
 * A batch on its way to the disk.
 *
 * @param sequence its number in its run
 * @param records what it holds
 * @param type what it is
 * @param codec how the body is compressed, by the protocol's numbers
 * @param body its bytes, at most {@link FrameHeader#MAX_BODY}
 */
public record Batch(long sequence, int records, FrameType type, int codec, ByteBuffer body) {

    /** The header for it in a segment of that seed. */
    FrameHeader header(int priority, long nowMillis, long seed) {
        int checksum = FrameHeader.checksum(seed, body.duplicate());
        return new FrameHeader(sequence, records, type, codec, priority, nowMillis, body.remaining(), checksum);
    }
}
