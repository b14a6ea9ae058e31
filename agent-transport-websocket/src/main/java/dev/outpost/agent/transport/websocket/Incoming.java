package dev.outpost.agent.transport.websocket;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together from the pieces that they come in, which may be many even when the other side sent them in one, and gives
 * them to the link. Keeps the limit of a message, as not all libraries do. For each piece but the last it lets in the next
 * itself; after the last the link does. Touched by the library's calls only, which are serial.
 */
final class Incoming {

    private final Link<?, ?> link;
    private final Wire wire;
    private final int maxMessageBytes;

    private @Nullable StringBuilder text;
    private byte @Nullable [] bytes;
    private int size;
    private int expected;
    private int mostBytes;
    private boolean refused;

    Incoming(Link<?, ?> link, Wire wire) {
        this.link = link;
        this.wire = wire;
        this.maxMessageBytes = link.maxMessageBytes();
    }

    /** A piece of a text message. */
    void text(CharSequence piece, boolean last) {
        if (!fits(WireMessage.utf8Length(piece))) {
            skip(last);
            return;
        }
        StringBuilder whole = text == null ? new StringBuilder(piece.length()) : text;
        text = whole.append(piece);
        if (last) {
            WireMessage message = WireMessage.ofText(whole.toString(), size);
            begin();
            link.received(message);
        } else {
            wire.demand();
        }
    }

    /** A piece of a binary message; copied before this returns. */
    void bytes(ByteBuffer piece, boolean last) {
        int offset = size;
        int count = piece.remaining();
        if (!fits(count)) {
            skip(last);
            return;
        }
        byte[] room = room(last);
        piece.get(room, offset, count);
        bytes = room;
        if (last) {
            WireMessage message = WireMessage.ofBytes(whole(room));
            begin();
            link.received(message);
        } else {
            wire.demand();
        }
    }

    /** For all that has come. A message in pieces is taken to become as long as the one before, for telemetry mostly is. */
    private byte[] room(boolean last) {
        byte[] present = bytes;
        if (present == null) {
            return new byte[last ? size : Math.max(size, expected)];
        }
        if (present.length >= size) {
            return present;
        }
        return Arrays.copyOf(present, Math.min(mostBytes, 2 * size));
    }

    /** The message; not in an array that is much larger, for it may wait for long. */
    private ByteBuffer whole(byte[] room) {
        if (room.length > size) {
            expected = Math.min(maxMessageBytes, size + size / 16); // the next may be a little longer
        }
        return ByteBuffer.wrap(room.length - size > size / 4 ? Arrays.copyOf(room, size) : room, 0, size)
                .slice();
    }

    private boolean fits(int more) {
        size += more; // a piece has no more bytes than a buffer of the library, so this cannot overflow
        if (size > mostBytes) {
            mostBytes = link.mostBytesNow(); // it may have been let in meanwhile
        }
        return !refused && size <= mostBytes;
    }

    /** The link ends because of it; until it has, what still comes in of the message is read and forgotten. */
    private void skip(boolean last) {
        begin();
        if (!refused) {
            refused = true;
            link.receivedBad(
                    CloseCodes.TOO_BIG,
                    "a message has more than " + mostBytes + " bytes ("
                            + (mostBytes == maxMessageBytes ? "maxMessageBytes" : "allowed before it is let in") + ")");
        } else if (last) {
            link.received(WireMessage.ofText("", 0)); // dropped: the link is closing
        } else {
            wire.demand();
        }
    }

    private void begin() {
        text = null;
        bytes = null;
        size = 0;
    }
}
