package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What becomes of head and body on their way out. */
class WireMessageTest {

    private static final int FIRST = WireMessage.FIRST_FRAGMENT_BYTES;

    @Test
    void ofParts_anySizes_keepsAllBytesInOrder() {
        for (int head : new int[] {0, 1, 60, FIRST - 1, FIRST, FIRST + 1, 3 * FIRST}) {
            for (int body : new int[] {0, 1, FIRST - head, FIRST - head + 1, FIRST, 270_000}) {
                ByteBuffer all = numbered(head + Math.max(0, body));
                WireMessage message = WireMessage.ofParts(all.slice(0, head), all.slice(head, all.capacity() - head));
                ByteBuffer sent = ByteBuffer.allocate(message.size())
                        .put(message.bytes().duplicate())
                        .put(message.rest().duplicate())
                        .flip();
                assertThat(sent).isEqualTo(all);
            }
        }
    }

    @Test
    void ofParts_smallBody_isOneFragment() {
        WireMessage message = WireMessage.ofParts(numbered(60), numbered(FIRST - 60));
        assertThat(message.rest().hasRemaining()).isFalse();
    }

    @Test
    void ofParts_largeBody_isCopiedForTheFirstFragmentOnly() {
        ByteBuffer body = numbered(270_000);
        WireMessage message = WireMessage.ofParts(numbered(60), body.duplicate());
        assertThat(message.bytes().remaining()).isEqualTo(FIRST);
        body.put(269_999, (byte) -1);
        assertThat(message.rest().get(message.rest().limit() - 1)).isEqualTo((byte) -1);
    }

    private static ByteBuffer numbered(int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            bytes.put(i, (byte) (i * 31));
        }
        return bytes;
    }
}
