package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.EncodedMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How one side of a link turns what it sends into WebSocket messages, and what it receives back. Thread-safe.
 *
 * @param <S> what is sent
 * @param <R> what is received
 */
interface WireCodec<S, R> {

    WireMessage encode(Envelope<? extends S> message);

    /**
     * Reads a message.
     *
     * @throws MalformedMessageException if it is none of the protocol
     */
    Envelope<R> decode(WireMessage message) throws MalformedMessageException;

    /** For an agent. */
    static WireCodec<AgentMessage, CenterMessage> ofAgent(WebSocketTransport.Form form, JsonCodec json) {
        return form == WebSocketTransport.Form.JSON ? new AgentJson(json) : new AgentProto();
    }

    /** For a control center. */
    static WireCodec<CenterMessage, AgentMessage> ofCenter(WebSocketTransport.Form form, JsonCodec json) {
        return form == WebSocketTransport.Form.JSON ? new CenterJson(json) : new CenterProto();
    }

    /** An agent's side of {@code outpost.v1.json}. */
    record AgentJson(JsonCodec json) implements WireCodec<AgentMessage, CenterMessage> {
        @Override
        public WireMessage encode(Envelope<? extends AgentMessage> message) {
            return json.encodeAgent(message);
        }

        @Override
        public Envelope<CenterMessage> decode(WireMessage message) throws MalformedMessageException {
            return json.decodeCenter(message);
        }
    }

    /** A control center's side of {@code outpost.v1.json}. */
    record CenterJson(JsonCodec json) implements WireCodec<CenterMessage, AgentMessage> {
        @Override
        public WireMessage encode(Envelope<? extends CenterMessage> message) {
            return json.encodeCenter(message);
        }

        @Override
        public Envelope<AgentMessage> decode(WireMessage message) throws MalformedMessageException {
            return json.decodeAgent(message);
        }
    }

    /** An agent's side of {@code outpost.v1.proto}. */
    record AgentProto() implements WireCodec<AgentMessage, CenterMessage> {
        @Override
        public WireMessage encode(Envelope<? extends AgentMessage> message) {
            EncodedMessage encoded = MessageCodec.encodeAgent(message);
            return WireMessage.ofParts(encoded.head(), encoded.body());
        }

        @Override
        public Envelope<CenterMessage> decode(WireMessage message) throws MalformedMessageException {
            return MessageCodec.decodeCenter(bytes(message));
        }
    }

    /** A control center's side of {@code outpost.v1.proto}. */
    record CenterProto() implements WireCodec<CenterMessage, AgentMessage> {
        @Override
        public WireMessage encode(Envelope<? extends CenterMessage> message) {
            return WireMessage.ofBytes(MessageCodec.encodeCenter(message).head()); // only agents send bodies
        }

        @Override
        public Envelope<AgentMessage> decode(WireMessage message) throws MalformedMessageException {
            return MessageCodec.decodeAgent(bytes(message));
        }
    }

    private static ByteBuffer bytes(WireMessage message) throws MalformedMessageException {
        if (message.text() != null) {
            String what = "text, where all messages are binary";
            throw new MalformedMessageException("not a message of the protocol: " + what, new IOException(what));
        }
        return message.bytes();
    }
}
