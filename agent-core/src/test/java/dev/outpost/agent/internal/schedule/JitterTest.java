package dev.outpost.agent.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class JitterTest {

    /** Another value would move every schedule of every agent with the next release. */
    @Test
    void of_sameNames_isTheSameForEver() {
        assertThat(Jitter.of("agent-1", "backup", Duration.ofHours(1))).isEqualTo(1_449_741_548_943L);
    }

    @Test
    void of_none_isZero() {
        assertThat(Jitter.of("agent-1", "backup", Duration.ZERO)).isZero();
    }

    @Test
    void of_manyAgents_spreadEvenly() {
        int[] perTenth = new int[10];
        Duration hour = Duration.ofHours(1);
        for (int i = 0; i < 10_000; i++) {
            perTenth[(int) (Jitter.of("agent-" + i, "backup", hour) * 10 / hour.toNanos())]++;
        }

        assertThat(Arrays.stream(perTenth).boxed()).allMatch(count -> count > 850 && count < 1_150);
    }
}
