package dev.outpost.agent.protocol;

import dev.outpost.agent.internal.proto.MalformedProtoException;
import dev.outpost.agent.internal.proto.ProtoReader;
import dev.outpost.agent.internal.proto.ProtoWriter;
import java.nio.ByteBuffer;

/**
 * Turns envelopes into the protobuf form of {@code agent.proto} and back.
 *
 * <p>Encoding writes fields in the order of their numbers and leaves defaults out. Decoding skips unknown fields, takes
 * the last of a repeated scalar, and checks what a record promises. Stateless, thread-safe.
 */
public final class MessageCodec {

    private MessageCodec() {}

    /** Encodes a message of an agent. */
    public static EncodedMessage encodeAgent(Envelope<? extends AgentMessage> envelope) {
        ProtoWriter out = head(envelope);
        ByteBuffer body = AgentMessageWriter.write(envelope.payload(), out);
        return new EncodedMessage(out.toByteArray(), body);
    }

    /** Encodes a message of a control center. */
    public static EncodedMessage encodeCenter(Envelope<? extends CenterMessage> envelope) {
        ProtoWriter out = head(envelope);
        CenterMessageWriter.write(envelope.payload(), out);
        return new EncodedMessage(out.toByteArray(), null);
    }

    /**
     * Decodes a message of an agent. The result shares {@code bytes} for a telemetry body.
     *
     * @throws MalformedMessageException if the bytes are not such a message
     */
    public static Envelope<AgentMessage> decodeAgent(ByteBuffer bytes) throws MalformedMessageException {
        return decode(bytes, AgentMessageReader::read);
    }

    /**
     * Decodes a message of a control center.
     *
     * @throws MalformedMessageException if the bytes are not such a message
     */
    public static Envelope<CenterMessage> decodeCenter(ByteBuffer bytes) throws MalformedMessageException {
        return decode(bytes, CenterMessageReader::read);
    }

    private static ProtoWriter head(Envelope<?> envelope) {
        ProtoWriter out = new ProtoWriter(128);
        out.varint(1, envelope.id());
        out.varint(2, envelope.inReplyTo());
        out.fixed64(3, envelope.epochNanos());
        return out;
    }

    private static <P> Envelope<P> decode(ByteBuffer bytes, PayloadReader<P> payloads)
            throws MalformedMessageException {
        try {
            ProtoReader in = ProtoReader.of(bytes);
            long id = 0;
            long inReplyTo = 0;
            long epochNanos = 0;
            P payload = null;
            int unknown = 0;
            for (int tag = in.nextTag(); tag != 0; tag = in.nextTag()) {
                switch (tag >>> 3) {
                    case 1 -> id = in.varint(tag);
                    case 2 -> inReplyTo = in.varint(tag);
                    case 3 -> epochNanos = in.fixed64(tag);
                    default -> {
                        P read = payloads.readOrInvalid(tag, in);
                        if (read instanceof UnknownPayload u) {
                            unknown = Math.max(unknown, u.field());
                        } else {
                            payload = read;
                        }
                    }
                }
            }
            return new Envelope<>(id, inReplyTo, epochNanos, payload == null ? payloads.unknown(unknown) : payload);
        } catch (MalformedProtoException e) {
            throw new MalformedMessageException(
                    "not a message of the protocol (" + bytes.remaining() + " bytes): " + e.getMessage(), e);
        }
    }

    /** Reads the payload that begins at a tag; skips it and answers {@link UnknownPayload} when it is not known. */
    @FunctionalInterface
    interface PayloadReader<P> {
        P read(int tag, ProtoReader in) throws MalformedProtoException;

        /** What a record's constructor refuses is the peer's fault in one message, not a broken connection. */
        default P readOrInvalid(int tag, ProtoReader in) throws MalformedProtoException {
            try {
                return read(tag, in);
            } catch (IllegalArgumentException e) {
                return invalid(String.valueOf(e.getMessage()));
            }
        }

        /** {@link UnknownPayload} is a member of both unions, hence of P. */
        @SuppressWarnings("unchecked")
        default P unknown(int field) {
            return (P) new UnknownPayload(field);
        }

        /** {@link InvalidPayload} is a member of both unions, hence of P. */
        @SuppressWarnings("unchecked")
        private P invalid(String problem) {
            return (P) new InvalidPayload(problem);
        }
    }
}
