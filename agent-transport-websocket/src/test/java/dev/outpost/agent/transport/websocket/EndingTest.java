package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.transport.CloseReason;
import org.junit.jupiter.api.Test;

class EndingTest {

    private static final CloseReason OURS = CloseReason.stop("ours");
    private static final CloseReason THEIRS = CloseReason.retry("theirs", null);

    private final Ending ending = new Ending();

    @Test
    void hasBegun_untouchedLink_isFalse() {
        assertThat(ending.hasBegun()).isFalse();
        assertThat(ending.closing()).isNull();
        assertThat(ending.ended()).isNull();
    }

    @Test
    void end_wasClosedBefore_endsForThatReason() {
        assertThat(ending.close(OURS, 1000)).isTrue();
        assertThat(ending.hasBegun()).isTrue();
        assertThat(ending.ended()).isNull();
        assertThat(ending.end(THEIRS)).isTrue();
        assertThat(ending.ended()).isEqualTo(OURS);
    }

    @Test
    void close_secondTime_keepsTheFirst() {
        ending.close(OURS, 1000);
        assertThat(ending.close(THEIRS, 1002)).isFalse();
        assertThat(ending.closing()).isEqualTo(new Ending.Close(OURS, 1000));
    }

    @Test
    void close_hasEnded_isWithoutEffect() {
        assertThat(ending.end(THEIRS)).isTrue();
        assertThat(ending.close(OURS, 1000)).isFalse();
        assertThat(ending.closing()).isNull();
        assertThat(ending.ended()).isEqualTo(THEIRS);
    }

    @Test
    void end_secondTime_keepsTheFirst() {
        ending.end(THEIRS);
        assertThat(ending.end(OURS)).isFalse();
        assertThat(ending.ended()).isEqualTo(THEIRS);
    }
}
