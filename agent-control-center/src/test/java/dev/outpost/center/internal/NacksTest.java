package dev.outpost.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.sink.SinkException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class NacksTest {

    private static final StreamPosition POSITION = new StreamPosition(new UUID(1, 2), 1, 7);

    private static BatchNack retry(Duration after, String detail) {
        return new BatchNack(POSITION, BatchNack.Code.RETRY, after, detail);
    }

    @Test
    void of_failureOfAnyKind_isRetriedSoon() {
        assertThat(Nacks.of(POSITION, new IllegalStateException("no disk")))
                .isEqualTo(retry(Duration.ofSeconds(1), "no disk"));
        assertThat(Nacks.of(POSITION, SinkException.retryable("busy", null)))
                .isEqualTo(retry(Duration.ofSeconds(1), "busy"));
    }

    @Test
    void of_failureWithATime_isRetriedThen() {
        assertThat(Nacks.of(POSITION, SinkException.retryableAfter(Duration.ofMinutes(2), "later")))
                .isEqualTo(retry(Duration.ofMinutes(2), "later"));
    }

    @Test
    void of_permanentFailure_isRejected() {
        assertThat(Nacks.of(POSITION, SinkException.permanent("no such tenant", null)))
                .isEqualTo(new BatchNack(POSITION, BatchNack.Code.REJECTED, Duration.ZERO, "no such tenant"));
    }

    @Test
    void of_failureOfALaterStage_isWhatIsBehindIt() {
        assertThat(Nacks.of(POSITION, new CompletionException(SinkException.permanent("no such tenant", null)))
                        .code())
                .isEqualTo(BatchNack.Code.REJECTED);
        assertThat(Nacks.of(POSITION, new CompletionException("nothing behind it", null)))
                .isEqualTo(retry(Duration.ofSeconds(1), "nothing behind it"));
    }
}
