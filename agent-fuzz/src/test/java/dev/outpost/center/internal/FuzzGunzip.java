package dev.outpost.center.internal;

import dev.outpost.agent.sink.SinkException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;

/** Compressed batches: no more than is allowed, and what was compressed; or a clear refusal. */
public final class FuzzGunzip {

    private static final int MOST = 64 * 1024;

    private FuzzGunzip() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        try {
            int size = Gunzip.read(ByteBuffer.wrap(input), MOST).remaining();
            if (size > MOST) {
                throw new AssertionError(size + " bytes where " + MOST + " are allowed");
            }
        } catch (SinkException e) {
            if (e.retryable()) {
                throw new AssertionError("it will never be better", e);
            }
        }
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(input);
        }
        if (!Gunzip.read(ByteBuffer.wrap(compressed.toByteArray()), MOST).equals(ByteBuffer.wrap(input))) {
            throw new AssertionError("what was compressed is not what came out");
        }
    }
}
