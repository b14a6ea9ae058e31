package dev.outpost.center;

import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Places in streams, and batches for them. */
final class Positions {

    static final UUID STREAM = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final UUID ANOTHER = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");

    private Positions() {}

    /** In the first epoch. */
    static StreamPosition at(long sequence) {
        return at(1, sequence);
    }

    static StreamPosition at(long epoch, long sequence) {
        return new StreamPosition(STREAM, epoch, sequence);
    }

    static StreamPosition ofAnotherStream(long sequence) {
        return new StreamPosition(ANOTHER, 1, sequence);
    }

    static TelemetryBatch logs(StreamPosition position) {
        return batch(position, Signal.LOGS);
    }

    static TelemetryBatch batch(StreamPosition position, Signal signal) {
        return new TelemetryBatch(position, signal, 0, TelemetryBatch.Codec.NONE, ByteBuffer.allocate(0));
    }
}
