package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.StreamPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Parts of messages that occur in both directions. Writers write members, readers begin at the object. */
final class JsonParts {

    private static final Rejection.Code[] REJECTION_CODES = Rejection.Code.values();
    private static final Response.Status[] RESPONSE_STATUSES = Response.Status.values();

    private JsonParts() {}

    static <T> T required(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalArgumentException(what + " is missing");
        }
        return value;
    }

    /** Refuses one element more than so many, before it is read. */
    static void requireRoom(Collection<?> elements, int most, String what) {
        if (elements.size() >= most) {
            throw new IllegalArgumentException("more than " + most + " " + what);
        }
    }

    static StreamPosition position(JsonIn in) throws IOException {
        UUID streamId = null;
        long epoch = 0;
        long sequence = 0;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "streamId" -> streamId = streamId(in.bytes());
                case "epoch" -> epoch = in.unsigned64();
                case "sequence" -> sequence = in.unsigned64();
                default -> in.skip();
            }
        }
        return new StreamPosition(required(streamId, "streamId"), epoch, sequence);
    }

    private static UUID streamId(ByteBuffer bytes) {
        if (bytes.remaining() != 16) {
            throw new IllegalArgumentException("a streamId has " + bytes.remaining() + " bytes; allowed is 16");
        }
        return new UUID(bytes.getLong(0), bytes.getLong(8));
    }

    /** The one member of a message that has nothing but a position. */
    static StreamPosition onlyPosition(JsonIn in, String member) throws IOException {
        StreamPosition position = null;
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            if (name.equals(member)) {
                position = position(in);
            } else {
                in.skip();
            }
        }
        return required(position, member);
    }

    static void request(Request m, JsonOut out) throws IOException {
        out.text("type", m.type());
        out.text("contentType", m.contentType());
        out.bytes("body", m.body());
        out.millis32("timeoutMs", m.timeout());
        out.text("traceparent", m.traceparent());
    }

    static Request request(JsonIn in) throws IOException {
        String type = "";
        String contentType = "";
        ByteBuffer body = ByteBuffer.allocate(0);
        Duration timeout = Duration.ZERO;
        String traceparent = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "type" -> type = in.text();
                case "contentType" -> contentType = in.text();
                case "body" -> body = in.bytes();
                case "timeoutMs" -> timeout = in.millis32();
                case "traceparent" -> traceparent = in.text();
                default -> in.skip();
            }
        }
        return new Request(type, contentType, body, timeout, traceparent.isEmpty() ? null : traceparent);
    }

    static void response(Response m, JsonOut out) throws IOException {
        out.element("status", m.status());
        out.text("contentType", m.contentType());
        out.bytes("body", m.body());
        out.text("detail", m.detail());
    }

    static Response response(JsonIn in) throws IOException {
        Response.Status status = Response.Status.UNSPECIFIED;
        String contentType = "";
        ByteBuffer body = ByteBuffer.allocate(0);
        String detail = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "status" -> status = in.element(RESPONSE_STATUSES);
                case "contentType" -> contentType = in.text();
                case "body" -> body = in.bytes();
                case "detail" -> detail = in.text();
                default -> in.skip();
            }
        }
        return new Response(status, contentType, body, detail);
    }

    static void rejection(Rejection m, JsonOut out) throws IOException {
        out.element("code", m.code());
        out.text("detail", m.detail());
    }

    static Rejection rejection(JsonIn in) throws IOException {
        Rejection.Code code = Rejection.Code.UNSPECIFIED;
        String detail = "";
        in.object();
        for (String name = in.member(); name != null; name = in.member()) {
            switch (name) {
                case "code" -> code = in.element(REJECTION_CODES);
                case "detail" -> detail = in.text();
                default -> in.skip();
            }
        }
        return new Rejection(code, detail);
    }
}
