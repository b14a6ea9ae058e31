package dev.outpost.fuzz;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.UnknownPayload;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What an agent reads: a message, or a clear refusal; and a message reads the same when it is written again. */
public final class FuzzCenterMessages {

    private FuzzCenterMessages() {}

    public static void fuzzerTestOneInput(byte[] input) throws MalformedMessageException {
        Envelope<CenterMessage> read;
        try {
            read = MessageCodec.decodeCenter(ByteBuffer.wrap(input));
        } catch (MalformedMessageException e) {
            return; // as promised
        }
        if (read.payload() instanceof UnknownPayload || read.payload() instanceof InvalidPayload) {
            return; // cannot be sent
        }
        byte[] written = MessageCodec.encodeCenter(read).toByteArray();
        Envelope<CenterMessage> again = MessageCodec.decodeCenter(ByteBuffer.wrap(written));
        byte[] third = MessageCodec.encodeCenter(again).toByteArray();
        // Durations beyond what a field carries are cut when they are written; after that nothing changes any more.
        if (!Arrays.equals(written, third)) {
            throw new AssertionError(read + " was read again as " + again);
        }
    }
}
