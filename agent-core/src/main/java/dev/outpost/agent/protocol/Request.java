package dev.outpost.agent.protocol;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something of the application's own, in either direction: it goes to the handler for its type, whose answer is a {@link
 * Response} in reply to it.
 *
 * @param type names the handler, 1 to 128 characters
 * @param contentType media type of the body, or empty
 * @param body anything; read-only
 * @param timeout how long the sender waits; zero: for ever
 * @param traceparent W3C trace context, or null
 */
public record Request(
        String type,
        String contentType,
        ByteBuffer body,
        Duration timeout,
        @Nullable String traceparent) implements AgentMessage, CenterMessage {

    /** The longest type. */
    public static final int MAX_TYPE_LENGTH = 128;

    /**
     * Checks the type; the body is not copied.
     *
     * @throws IllegalArgumentException if the type is empty or too long
     */
    public Request {
        if (type.isEmpty() || type.length() > MAX_TYPE_LENGTH) {
            throw new IllegalArgumentException(
                    "the type of a request has " + type.length() + " characters; allowed are 1 to " + MAX_TYPE_LENGTH);
        }
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(timeout, "timeout");
        body = body.slice();
    }

    /** The body; an independent read-only view at each call. */
    @Override
    public ByteBuffer body() {
        return body.asReadOnlyBuffer();
    }
}
