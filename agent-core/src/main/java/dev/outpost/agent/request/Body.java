package dev.outpost.agent.request;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What a request or its answer says. Immutable, as long as nobody changes the bytes that it was made of.
 *
 * @param contentType a media type, or empty
 * @param bytes the content; at each call an independent read-only view
 */
public record Body(String contentType, ByteBuffer bytes) {

    /** The largest body that is sent. */
    public static final int MAX_BYTES = 1 << 20;

    private static final Body EMPTY = new Body("", ByteBuffer.allocate(0));

    /** Checks for null; the bytes are not copied. */
    public Body {
        Objects.requireNonNull(contentType, "contentType");
        bytes = bytes.slice();
    }

    /** Nothing. */
    public static Body empty() {
        return EMPTY;
    }

    /** Text, as {@code text/plain} in UTF-8. */
    public static Body text(String text) {
        return new Body("text/plain; charset=utf-8", ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** JSON that the caller has written. */
    public static Body json(String json) {
        return new Body("application/json", ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** Bytes. */
    public static Body of(byte[] bytes) {
        return new Body("application/octet-stream", ByteBuffer.wrap(bytes.clone()));
    }

    @Override
    public ByteBuffer bytes() {
        return bytes.asReadOnlyBuffer();
    }

    /** The bytes as text in UTF-8, whatever the content type says. */
    public String asText() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** The bytes in a new array. */
    public byte[] toByteArray() {
        byte[] copy = new byte[bytes.remaining()];
        bytes().get(copy);
        return copy;
    }

    @Override
    public String toString() {
        return "Body[" + bytes.remaining() + " bytes" + (contentType.isEmpty() ? "" : " of " + contentType) + "]";
    }
}
