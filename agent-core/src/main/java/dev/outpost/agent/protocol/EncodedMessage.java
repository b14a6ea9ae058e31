package dev.outpost.agent.protocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of an envelope: a head, and behind it the telemetry body where it lies, uncopied. Immutable; thread-safe.
 */
public final class EncodedMessage {

    private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final byte[] head;
    private final @Nullable ByteBuffer body;

    EncodedMessage(byte[] head, @Nullable ByteBuffer body) {
        this.head = head;
        this.body = body;
    }

    /** How many bytes it has. */
    public int size() {
        return head.length + (body == null ? 0 : body.remaining());
    }

    /** What goes before the {@link #body}; read-only, a view of its own at each call. */
    public ByteBuffer head() {
        return ByteBuffer.wrap(head).asReadOnlyBuffer();
    }

    /**
     * The telemetry body where it lies, empty if there is none; read-only, a view of its own at each call. It is not to be
     * changed while it is in use, as {@link dev.outpost.agent.transport.Connection#trySend} says.
     */
    public ByteBuffer body() {
        return body == null ? NONE.duplicate() : body.asReadOnlyBuffer();
    }

    /** Writes all bytes. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(head);
        if (body == null) {
            return;
        }
        if (body.hasArray()) {
            out.write(body.array(), body.arrayOffset() + body.position(), body.remaining());
            return;
        }
        ByteBuffer rest = body.duplicate();
        byte[] chunk = new byte[Math.min(rest.remaining(), 16 * 1024)];
        while (rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), chunk.length);
            rest.get(chunk, 0, count);
            out.write(chunk, 0, count);
        }
    }

    /** All bytes in a new array. */
    public byte[] toByteArray() {
        byte[] all = new byte[size()];
        System.arraycopy(head, 0, all, 0, head.length);
        if (body != null) {
            body.duplicate().get(all, head.length, body.remaining());
        }
        return all;
    }
}
