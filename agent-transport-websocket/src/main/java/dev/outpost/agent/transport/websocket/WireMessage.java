package dev.outpost.agent.transport.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket message, whole: text or bytes.
 *
 * @param text its text, or null for a binary message
 * @param bytes its bytes, empty for a text message; not to be changed
 * @param rest bytes behind those, which travel as a second fragment; empty unless an agent sends a large body. Not to be changed
 * @param size how many bytes it has on the wire, without frame headers
 */
record WireMessage(@Nullable String text, ByteBuffer bytes, ByteBuffer rest, int size) {

    /**
     * The first fragment of two. With its header it fills the buffer through which the JDK's client writes, so that a head costs
     * no write of its own.
     */
    static final int FIRST_FRAGMENT_BYTES = 16 * 1024 - 14;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    static WireMessage ofText(String text, int size) {
        return new WireMessage(Objects.requireNonNull(text, "text"), NONE, NONE, size);
    }

    /** From UTF-8: what a string holds of half characters is a question mark there, as a WebSocket takes no such text. */
    static WireMessage ofText(byte[] utf8) {
        return ofText(new String(utf8, StandardCharsets.UTF_8), utf8.length);
    }

    static WireMessage ofBytes(ByteBuffer bytes) {
        return new WireMessage(null, bytes, NONE, bytes.remaining());
    }

    /** Head and body; of a large body only the beginning is copied. Consumes the views. */
    static WireMessage ofParts(ByteBuffer head, ByteBuffer body) {
        int size = head.remaining() + body.remaining();
        ByteBuffer first = ByteBuffer.allocate(Math.min(size, Math.max(head.remaining(), FIRST_FRAGMENT_BYTES)));
        first.put(head);
        int copied = first.remaining();
        first.put(body.slice(body.position(), copied)).flip();
        ByteBuffer rest = body.position(body.position() + copied).slice();
        return new WireMessage(null, first, rest, size);
    }

    /** How many bytes a text has in UTF-8; half a character counts as one of its two halves would. */
    static int utf8Length(CharSequence text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
