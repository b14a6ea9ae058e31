package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.protocol.Signal;
import java.nio.ByteBuffer;

/**
 * A batch that takes no more records; shared by all lanes, never changed.
 *
 * @param signal what it holds
 * @param records how many records or points
 * @param body their encoding
 * @param closedNanos when it was closed, monotonic
 */
public record ClosedBatch(Signal signal, int records, ByteBuffer body, long closedNanos) {

    /** Size of the body. */
    public int bytes() {
        return body.remaining();
    }
}
