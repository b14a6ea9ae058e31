package dev.outpost.fuzz;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.UnknownPayload;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a control center reads: a message, or a clear refusal; and a message reads the same when it is written again. */
public final class FuzzAgentMessages {

    private FuzzAgentMessages() {}

    public static void fuzzerTestOneInput(byte[] input) throws MalformedMessageException {
        Envelope<AgentMessage> read;
        try {
            read = MessageCodec.decodeAgent(ByteBuffer.wrap(input));
        } catch (MalformedMessageException e) {
            return; // as promised
        }
        if (read.payload() instanceof UnknownPayload || read.payload() instanceof InvalidPayload) {
            return; // cannot be sent
        }
        byte[] written = MessageCodec.encodeAgent(read).toByteArray();
        Envelope<AgentMessage> again = MessageCodec.decodeAgent(ByteBuffer.wrap(written));
        // Durations beyond what a field carries are cut when they are written; after that nothing changes any more.
        if (!Arrays.equals(written, MessageCodec.encodeAgent(again).toByteArray())) {
            throw new AssertionError(read + " was read again as " + again);
        }
    }
}
