package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LivenessTest {

    private static final Duration USUAL = Duration.ofSeconds(30);

    @Test
    void interval_centerAsksForNone_isTheAgentsOwn() {
        assertThat(Liveness.interval(Duration.ZERO, USUAL)).isEqualTo(USUAL);
    }

    @Test
    void interval_centerAsksForAnother_isThat() {
        assertThat(Liveness.interval(Duration.ofSeconds(7), USUAL)).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void interval_centerAsksForOneOutOfBounds_isTheBound() {
        assertThat(Liveness.interval(Duration.ofNanos(1), USUAL)).isEqualTo(Duration.ofMillis(100));
        assertThat(Liveness.interval(Duration.ofDays(1), USUAL)).isEqualTo(Duration.ofMinutes(10));
    }
}
