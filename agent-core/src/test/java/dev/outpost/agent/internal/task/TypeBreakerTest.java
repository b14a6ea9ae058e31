package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.task.TypeBreaker.State;
import dev.outpost.agent.task.BreakerPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TypeBreakerTest {

    private static final long OPEN_FOR = Duration.ofSeconds(30).toNanos();

    private final TypeBreaker breaker = new TypeBreaker(new BreakerPolicy(2, 1, Duration.ofSeconds(30)));

    @Test
    void onEnd_ofAnAttemptFromBefore_saysNothingOfTheProbe() {
        assertThat(breaker.onBegin()).isFalse();
        open();
        breaker.onWaited();
        assertThat(breaker.onBegin()).as("the probe").isTrue();

        assertThat(breaker.onEnd(false, false)).isZero();
        assertThat(breaker.state()).isEqualTo(State.PROBING);
        assertThat(breaker.onEnd(true, false)).isZero();
        assertThat(breaker.state()).isEqualTo(State.PROBING);
        breaker.onNothing(false);
        assertThat(breaker.permits()).as("a second one beside the probe").isFalse();

        assertThat(breaker.onEnd(true, true)).isZero();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void onEnd_probeFails_opensForTwiceAsLong() {
        open();
        breaker.onWaited();
        assertThat(breaker.onBegin()).isTrue();

        assertThat(breaker.onEnd(false, true)).isEqualTo(2 * OPEN_FOR);
    }

    @Test
    void onNothing_probe_makesWayForTheNext() {
        open();
        breaker.onWaited();
        assertThat(breaker.onBegin()).isTrue();
        breaker.onNothing(true);

        assertThat(breaker.onBegin()).isTrue();
    }

    private void open() {
        assertThat(breaker.onEnd(false, false)).isZero();
        assertThat(breaker.onEnd(false, false)).isEqualTo(OPEN_FOR);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }
}
