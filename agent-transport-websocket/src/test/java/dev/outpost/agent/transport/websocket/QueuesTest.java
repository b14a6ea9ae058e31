package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The bounds of a link's memory. */
class QueuesTest {

    private final Inbox inbox = new Inbox();
    private final Outbox outbox = new Outbox();

    @Test
    void inbox_nothingAskedFor_letsInUpToItsBoundAndHandsOutNothing() {
        int letIn = 0;
        while (inbox.demand()) {
            inbox.add(message(1_000));
            letIn++;
        }
        assertThat(letIn * 1_000).isBetween(Inbox.FULL_BYTES / 2, Inbox.FULL_BYTES);
        assertThat(inbox.next()).isNull();
        inbox.request(1);
        assertThat(inbox.next()).isNotNull();
        assertThat(inbox.next()).isNull();
        assertThat(inbox.demand()).isTrue();
    }

    @Test
    void inbox_emptyMessages_countToo() {
        int letIn = 0;
        while (inbox.demand()) {
            inbox.add(message(0));
            letIn++;
        }
        assertThat(letIn).isLessThan(10_000);
    }

    @Test
    void inbox_demand_isOneAtATime() {
        assertThat(inbox.demand()).isTrue();
        assertThat(inbox.demand()).isFalse();
        inbox.drop();
        assertThat(inbox.demand()).isTrue();
    }

    @Test
    void inbox_enormousRequests_doNotOverflow() {
        for (int i = 0; i < 10; i++) {
            inbox.request(Integer.MAX_VALUE);
        }
        inbox.add(message(1));
        assertThat(inbox.next()).isNotNull();
    }

    @Test
    void outbox_full_saysWhenThereIsRoomAgainOnce() {
        WireMessage half = message(Outbox.FULL_BYTES / 2);
        outbox.add(half);
        assertThat(outbox.isFull()).isFalse();
        outbox.add(half);
        assertThat(outbox.isFull()).isTrue();
        assertThat(outbox.next()).isSameAs(half);
        assertThat(outbox.isFull()).as("until it is sent").isTrue();
        assertThat(outbox.sent(half)).isTrue();
        assertThat(outbox.isFull()).isFalse();
        assertThat(outbox.next()).isSameAs(half);
        assertThat(outbox.sent(half)).isFalse();
        assertThat(outbox.next()).isNull();
    }

    @Test
    void utf8Length_ofAnyText_isThatOfItsBytes() {
        for (String text : new String[] {"", "a", "ü", "€", "😀", "aü€😀\u0000\uFFFD"}) {
            assertThat(WireMessage.utf8Length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    private static WireMessage message(int bytes) {
        return WireMessage.ofBytes(ByteBuffer.allocate(bytes));
    }
}
