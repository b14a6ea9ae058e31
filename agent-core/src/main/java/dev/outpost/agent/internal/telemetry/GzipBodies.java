package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.protocol.TelemetryBatch.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Compresses bodies at the fastest level: four fifths of the gain for a third of the time. Owned by the telemetry loop. */
final class GzipBodies {

    private GzipBodies() {}

    /** The batch compressed, or as it is when that does not make it smaller. */
    static ClosedBatch compress(ClosedBatch batch) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(batch.bytes() / 3);
        try (GZIPOutputStream gzip = new Fastest(out)) {
            gzip.write(
                    batch.body().array(),
                    batch.body().arrayOffset() + batch.body().position(),
                    batch.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        if (out.size() >= batch.bytes()) {
            return batch;
        }
        return new ClosedBatch(
                batch.signal(),
                batch.priority(),
                batch.records(),
                Codec.GZIP,
                ByteBuffer.wrap(out.toByteArray()),
                batch.closedNanos(),
                batch.promises());
    }

    private static final class Fastest extends GZIPOutputStream {
        Fastest(ByteArrayOutputStream out) throws IOException {
            super(out, 8 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
