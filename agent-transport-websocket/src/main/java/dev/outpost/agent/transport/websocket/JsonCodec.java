package dev.outpost.agent.transport.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.UnknownPayload;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of messages, as {@code docs/protocol.md} defines it: an envelope of {@code id}, {@code inReplyTo}, {@code
 * type}, {@code payload} and {@code timestamp}, the payload in the proto3-JSON form of its message. Telemetry batches are
 * binary: the length of the envelope in four bytes, the envelope, and the body as it is.
 *
 * <p>Depth, names and numbers are bounded besides the size of a message. Thread-safe.
 */
final class JsonCodec {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NUMBER_LENGTH = 100;
    private static final int MAX_NAME_LENGTH = 256 * 1024;
    private static final int POOLED_BUFFERS = 8;
    private static final long NANOS = 1_000_000_000L;
    private static final int LENGTH_BYTES = 4;

    /** The contract's time is an unsigned number of nanoseconds, so it ends in 2554. */
    private static final Instant LATEST = instant(-1);

    /** What is read when a message has a type and nothing else: a payload of defaults. */
    private static final String NO_PAYLOAD = "{\"payload\":{}}";

    private final JsonFactory json;

    JsonCodec(int maxMessageBytes) {
        json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .maxNameLength(MAX_NAME_LENGTH)
                        .maxStringLength(maxMessageBytes)
                        .maxDocumentLength(maxMessageBytes)
                        .build())
                // Names come from outside: no table of them is kept.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                // The default would leave buffers behind in the host's threads.
                .recyclerPool(JsonRecyclerPools.newBoundedPool(POOLED_BUFFERS))
                .build();
    }

    // ---- writing --------------------------------------------------------------------------------------------------

    WireMessage encodeAgent(Envelope<? extends AgentMessage> envelope) {
        AgentMessage payload = envelope.payload();
        byte[] head = envelope(envelope, AgentJsonWriter.type(payload), out -> AgentJsonWriter.write(payload, out));
        if (payload instanceof TelemetryBatch batch) {
            ByteBuffer lengthAndHead = ByteBuffer.allocate(LENGTH_BYTES + head.length);
            lengthAndHead.putInt(head.length).put(head).flip();
            return WireMessage.ofParts(lengthAndHead, batch.body());
        }
        return WireMessage.ofText(head);
    }

    WireMessage encodeCenter(Envelope<? extends CenterMessage> envelope) {
        CenterMessage payload = envelope.payload();
        return WireMessage.ofText(
                envelope(envelope, CenterJsonWriter.type(payload), out -> CenterJsonWriter.write(payload, out)));
    }

    private byte[] envelope(Envelope<?> envelope, String type, Members payload) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator generator = json.createGenerator(text)) {
            JsonOut out = new JsonOut(generator);
            out.begin();
            out.presentUnsigned64("id", envelope.id());
            out.unsigned64("inReplyTo", envelope.inReplyTo());
            out.text("type", type);
            out.begin("payload");
            payload.write(out);
            out.end();
            out.text("timestamp", instant(envelope.epochNanos()).toString());
            out.end();
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot be written to", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(Long.divideUnsigned(epochNanos, NANOS), Long.remainderUnsigned(epochNanos, NANOS));
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    Envelope<AgentMessage> decodeAgent(WireMessage message) throws MalformedMessageException {
        String text = message.text();
        if (text != null) {
            return decode(text, new AgentPayloads());
        }
        ByteBuffer bytes = message.bytes().duplicate();
        int length = bytes.remaining() < LENGTH_BYTES ? -1 : bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw malformed("binary, and too short for its envelope", null);
        }
        Envelope<AgentMessage> head = decode(utf8(bytes.slice(bytes.position(), length)), new AgentPayloads());
        ByteBuffer body = bytes.position(bytes.position() + length).slice();
        return new Envelope<>(head.id(), head.inReplyTo(), head.epochNanos(), withBody(head.payload(), body));
    }

    private static AgentMessage withBody(AgentMessage head, ByteBuffer body) {
        if (head instanceof TelemetryBatch m) {
            return new TelemetryBatch(m.position(), m.signal(), m.recordCount(), m.codec(), body);
        }
        return head instanceof InvalidPayload || head instanceof UnknownPayload
                ? head
                : new InvalidPayload("a binary message that is no batch");
    }

    Envelope<CenterMessage> decodeCenter(WireMessage message) throws MalformedMessageException {
        String text = message.text();
        if (text == null) {
            throw malformed("binary; a control center sends text", null);
        }
        return decode(text, new CenterPayloads());
    }

    private static String utf8(ByteBuffer bytes) throws MalformedMessageException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IOException e) {
            throw malformed("not UTF-8", e);
        }
    }

    /** The order of members is free. When the payload comes before its type it is read in a second pass. */
    private <P> Envelope<P> decode(String text, Payloads<P> payloads) throws MalformedMessageException {
        try {
            Header header = new Header();
            P payload = pass(text, payloads, header);
            if (payload == null && header.problem == null && header.type != null) {
                payload = pass(header.payloadSeen ? text : NO_PAYLOAD, payloads, header);
            }
            if (header.problem != null) {
                payload = payloads.invalid(header.problem);
            } else if (payload == null) {
                payload = payloads.unknown();
            }
            return new Envelope<>(header.id, header.inReplyTo, header.epochNanos, payload);
        } catch (JsonProcessingException e) {
            throw malformed(e.getOriginalMessage(), e); // without the place, which takes several lines
        } catch (IOException e) {
            throw malformed(String.valueOf(e.getMessage()), e);
        }
    }

    private <P> @Nullable P pass(String text, Payloads<P> payloads, Header header) throws IOException {
        P payload = null;
        try (JsonParser parser = json.createParser(text)) {
            JsonIn in = new JsonIn(parser);
            if (in.next() != JsonToken.START_OBJECT) {
                throw new IOException("no JSON object");
            }
            JsonStreamContext place = in.place();
            for (String name = in.member(); name != null; name = in.member()) {
                String type = header.type;
                try {
                    if (!name.equals("payload")) {
                        header.read(name, in);
                    } else if (type == null) {
                        header.payloadSeen = true;
                        in.skip();
                    } else {
                        header.payloadSeen = true;
                        payload = payloads.read(type, in);
                    }
                } catch (IllegalArgumentException | DateTimeException e) {
                    header.problem = String.valueOf(e.getMessage());
                }
                in.leave(place);
            }
            if (in.next() != null) {
                throw new IOException("more than one JSON object");
            }
        }
        return payload;
    }

    private static MalformedMessageException malformed(String what, @Nullable Throwable cause) {
        return new MalformedMessageException(
                "not a message of the protocol: " + what, cause == null ? new IOException(what) : cause);
    }

    /** The envelope without its payload, as far as it has been read. */
    private static final class Header {

        private long id;
        private long inReplyTo;
        private long epochNanos;
        private @Nullable String type;
        private @Nullable String problem;
        private boolean payloadSeen;

        void read(String name, JsonIn in) throws IOException {
            switch (name) {
                case "id" -> id = in.unsigned64();
                case "inReplyTo" -> inReplyTo = in.unsigned64();
                case "type" -> type = in.text();
                case "timestamp" -> epochNanos = nanos(in.text());
                default -> in.skip();
            }
        }

        private static long nanos(String timestamp) {
            Instant instant = Instant.parse(timestamp);
            if (instant.isBefore(Instant.EPOCH) || instant.isAfter(LATEST)) {
                throw new IllegalArgumentException("timestamp is " + timestamp + "; allowed is 1970 to 2554");
            }
            return instant.getEpochSecond() * NANOS + instant.getNano();
        }
    }

    /** Writes the members of a payload. */
    @FunctionalInterface
    private interface Members {
        void write(JsonOut out) throws IOException;
    }

    /** What one direction's payloads are. */
    private interface Payloads<P> {
        P read(String type, JsonIn in) throws IOException;

        P invalid(String problem);

        P unknown();
    }

    private static final class AgentPayloads implements Payloads<AgentMessage> {
        @Override
        public AgentMessage read(String type, JsonIn in) throws IOException {
            return AgentJsonReader.read(type, in);
        }

        @Override
        public AgentMessage invalid(String problem) {
            return new InvalidPayload(problem);
        }

        @Override
        public AgentMessage unknown() {
            return new UnknownPayload(0);
        }
    }

    private static final class CenterPayloads implements Payloads<CenterMessage> {
        @Override
        public CenterMessage read(String type, JsonIn in) throws IOException {
            return CenterJsonReader.read(type, in);
        }

        @Override
        public CenterMessage invalid(String problem) {
            return new InvalidPayload(problem);
        }

        @Override
        public CenterMessage unknown() {
            return new UnknownPayload(0);
        }
    }
}
