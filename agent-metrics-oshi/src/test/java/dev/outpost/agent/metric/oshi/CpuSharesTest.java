package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.outpost.agent.attribute.Attributes;
import org.junit.jupiter.api.Test;

class CpuSharesTest {

    private static final String NAME = "system.cpu.utilization";

    private final CpuShares shares = new CpuShares(Attributes.empty());

    @Test
    void record_firstReading_nothing() {
        shares.advance(ticks(10, 0, 5, 100, 3, 1, 1, 0));

        assertThat(recorded().points()).isEmpty();
    }

    @Test
    void record_secondReading_sharesOfTheTimeBetween() {
        shares.advance(ticks(10, 0, 5, 100, 3, 1, 1, 0));
        shares.advance(ticks(20, 0, 10, 160, 13, 4, 3, 10));

        Recording recording = recorded();
        assertThat(recording.value(NAME, "cpu.mode", "user")).isEqualTo(0.10);
        assertThat(recording.value(NAME, "cpu.mode", "nice")).isZero();
        assertThat(recording.value(NAME, "cpu.mode", "system")).isEqualTo(0.05);
        assertThat(recording.value(NAME, "cpu.mode", "idle")).isEqualTo(0.60);
        assertThat(recording.value(NAME, "cpu.mode", "iowait")).isEqualTo(0.10);
        assertThat(recording.value(NAME, "cpu.mode", "interrupt"))
                .as("hardware and software interrupts")
                .isEqualTo(0.05);
        assertThat(recording.value(NAME, "cpu.mode", "steal")).isEqualTo(0.10);
    }

    @Test
    void record_counterThatWentBack_countsAsNothing() {
        shares.advance(ticks(0, 0, 0, 100, 50, 0, 0, 0));
        shares.advance(ticks(40, 0, 0, 160, 20, 0, 0, 0));

        Recording recording = recorded();
        assertThat(recording.value(NAME, "cpu.mode", "iowait")).isZero();
        assertThat(recording.points().stream()
                        .mapToDouble(Recording.Point::value)
                        .sum())
                .isEqualTo(1, within(1e-9));
    }

    @Test
    void record_noTimePassed_nothing() {
        shares.advance(ticks(10, 0, 5, 100, 3, 1, 1, 0));
        shares.advance(ticks(10, 0, 5, 100, 3, 1, 1, 0));

        assertThat(recorded().points()).isEmpty();
    }

    /** In OSHI's order: user, nice, system, idle, iowait, irq, softirq, steal. */
    private static long[] ticks(long... ticks) {
        return ticks;
    }

    private Recording recorded() {
        Recording recording = new Recording();
        shares.record(recording);
        return recording;
    }
}
