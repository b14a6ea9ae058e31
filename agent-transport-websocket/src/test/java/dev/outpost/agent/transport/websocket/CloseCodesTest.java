package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is sent; what is made of what comes in is tested on the wire. */
class CloseCodesTest {

    @Test
    void ofCenter_everyReason_meansTheSameToTheAgent() {
        for (Next next : Next.values()) {
            for (Fault fault : Fault.values()) {
                CloseReason sent = new CloseReason(next, "why", null, null, fault);
                CloseReason read = CloseCodes.toReason(CloseCodes.ofCenter(sent), "why");
                assertThat(read.next()).as("%s", sent).isEqualTo(next == Next.STOP ? Next.RETRY_WITH_BACKOFF : next);
                assertThat(read.detail()).endsWith("why");
            }
        }
        assertThat(CloseCodes.ofCenter(CloseReason.retry("", null).as(Fault.BUSY)))
                .isEqualTo(CloseCodes.TRY_LATER);
        assertThat(CloseCodes.ofCenter(CloseReason.refused("", null).as(Fault.UNAUTHENTICATED)))
                .isEqualTo(4401);
    }

    @Test
    void ofAgent_everyReason_isACodeThatTheJdkSends() {
        for (Next next : Next.values()) {
            for (Fault fault : Fault.values()) {
                int code = CloseCodes.ofAgent(new CloseReason(next, "why", null, null, fault));
                assertThat(code == 1000 || (code >= 4000 && code < 5000))
                        .as("%d", code)
                        .isTrue();
            }
        }
    }

    @Test
    void reasonText_long_isCutAtAWholeCharacter() {
        assertThat(CloseCodes.reasonText("short")).isEqualTo("short");
        for (String character : new String[] {"x", "ü", "€", "😀"}) {
            String cut = CloseCodes.reasonText("a" + character.repeat(200));
            assertThat(cut.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(120, 123);
            assertThat(cut).doesNotContain("\uFFFD").startsWith("a" + character);
        }
    }
}
