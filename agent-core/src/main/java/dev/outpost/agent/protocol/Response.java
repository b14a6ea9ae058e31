package dev.outpost.agent.protocol;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Answer to a {@link Request}, whose message it is in reply to.
 *
 * @param status whether it was handled
 * @param contentType media type of the body, or empty
 * @param body anything; read-only
 * @param detail why not, for people
 */
public record Response(Status status, String contentType, ByteBuffer body, String detail)
        implements AgentMessage, CenterMessage {

    /** What became of a request. */
    public enum Status {
        /** Some status that is not known here. */
        UNSPECIFIED,
        /** Handled. */
        OK,
        /** Nobody handles this type. */
        UNIMPLEMENTED,
        /** The handler failed. */
        FAILED,
        /** Too many wait already. */
        BUSY,
        /** The sender's time was over before a handler took it, or its clock is far off. */
        EXPIRED,
        /** It makes no sense to the handler. */
        INVALID
    }

    /** Checks for null; the body is not copied. */
    public Response {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(detail, "detail");
        body = body.slice();
    }

    /** An answer without a body. */
    public static Response of(Status status, String detail) {
        return new Response(status, "", ByteBuffer.allocate(0), detail);
    }

    /** The body; an independent read-only view at each call. */
    @Override
    public ByteBuffer body() {
        return body.asReadOnlyBuffer();
    }
}
