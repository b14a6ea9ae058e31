package dev.outpost.fuzz;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Bodies of batches: records, or a clear refusal. */
public final class FuzzOtlp {

    private static final UUID STREAM = new UUID(1, 2);

    private FuzzOtlp() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            consume(new LogBatch(STREAM, 1, 1, 1, ByteBuffer.wrap(input))
                    .records()
                    .size());
        } catch (IllegalArgumentException e) {
            consume(e.getMessage().length()); // as promised
        }
        try {
            consume(new MetricBatch(STREAM, 1, 1, 1, ByteBuffer.wrap(input))
                    .points()
                    .size());
        } catch (IllegalArgumentException e) {
            consume(e.getMessage().length()); // as promised
        }
    }

    private static void consume(int size) {
        if (size < 0) {
            throw new AssertionError("a size of " + size);
        }
    }
}
