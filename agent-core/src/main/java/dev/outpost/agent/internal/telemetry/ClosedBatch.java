package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.TelemetryBatch.Codec;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A batch that takes no more records; shared by all lanes, never changed.
 *
 * @param signal what it holds
 * @param priority its class, 0 the most important
 * @param records how many records or points
 * @param codec how the body is compressed
 * @param body their encoding
 * @param closedNanos when it was closed, monotonic
 * @param promises who waits until it is safe
 */
public record ClosedBatch(
        Signal signal,
        int priority,
        int records,
        Codec codec,
        ByteBuffer body,
        long closedNanos,
        List<Promise> promises) {

    /** Metrics, and log records of {@code WARN} and above. */
    public static final int IMPORTANT = 1;

    /** All other log records. */
    public static final int BULK = 2;

    /** Size of the body. */
    public int bytes() {
        return body.remaining();
    }

    private static final int GZIP = 1;

    /** The codec's number in the protocol and in the spool. */
    public int codecNumber() {
        return codec == Codec.GZIP ? GZIP : 0;
    }

    /** The codec of that number; {@link Codec#NONE} when there is none. */
    public static Codec codec(int number) {
        return number == GZIP ? Codec.GZIP : Codec.NONE;
    }
}
