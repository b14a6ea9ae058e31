package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.UnknownPayload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The JSON form, text and binary: a message, or a clear refusal; what was read and written reads the same. */
public final class FuzzJson {

    private static final JsonCodec CODEC = new JsonCodec(4 << 20);

    private FuzzJson() {}

    public static void fuzzerTestOneInput(byte[] input) throws MalformedMessageException {
        WireMessage text = WireMessage.ofText(new String(input, StandardCharsets.UTF_8), input.length);
        readByCenter(text);
        readByAgent(text);
        readByCenter(WireMessage.ofBytes(ByteBuffer.wrap(input)));
        readByAgent(WireMessage.ofBytes(ByteBuffer.wrap(input)));
    }

    private static void readByCenter(WireMessage message) throws MalformedMessageException {
        Envelope<AgentMessage> read;
        try {
            read = CODEC.decodeAgent(message);
        } catch (MalformedMessageException e) {
            return; // as promised
        }
        if (read.payload() instanceof UnknownPayload || read.payload() instanceof InvalidPayload) {
            return; // cannot be sent
        }
        Envelope<AgentMessage> again = CODEC.decodeAgent(CODEC.encodeAgent(read));
        if (!again.equals(read) && !CODEC.decodeAgent(CODEC.encodeAgent(again)).equals(again)) {
            throw new AssertionError(read + " was read again as " + again);
        }
    }

    private static void readByAgent(WireMessage message) throws MalformedMessageException {
        Envelope<CenterMessage> read;
        try {
            read = CODEC.decodeCenter(message);
        } catch (MalformedMessageException e) {
            return; // as promised
        }
        if (read.payload() instanceof UnknownPayload || read.payload() instanceof InvalidPayload) {
            return; // cannot be sent
        }
        Envelope<CenterMessage> again = CODEC.decodeCenter(CODEC.encodeCenter(read));
        if (!again.equals(read)
                && !CODEC.decodeCenter(CODEC.encodeCenter(again)).equals(again)) {
            throw new AssertionError(read + " was read again as " + again);
        }
    }
}
