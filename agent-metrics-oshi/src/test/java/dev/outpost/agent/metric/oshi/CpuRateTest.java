package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CpuRateTest {

    private final FakeNanos time = new FakeNanos();
    private final CpuRate rate = new CpuRate(time);

    @Test
    void advance_first_unknown() {
        assertThat(rate.advance(1_000_000)).isEqualTo(CpuRate.UNKNOWN);
    }

    @Test
    void advance_later_cpusKeptBusySince() {
        rate.advance(1_000);
        time.pass(Duration.ofSeconds(2));

        assertThat(rate.advance(1_000 + Duration.ofSeconds(3).toNanos())).isEqualTo(1.5);
    }

    @Test
    void advance_totalWentBack_unknownOnce() {
        rate.advance(1_000);
        time.pass(Duration.ofSeconds(1));
        assertThat(rate.advance(500)).isEqualTo(CpuRate.UNKNOWN);
        time.pass(Duration.ofSeconds(1));

        assertThat(rate.advance(500)).isZero();
    }

    @Test
    void advance_noTimePassed_unknown() {
        rate.advance(1_000);

        assertThat(rate.advance(2_000)).isEqualTo(CpuRate.UNKNOWN);
    }
}
