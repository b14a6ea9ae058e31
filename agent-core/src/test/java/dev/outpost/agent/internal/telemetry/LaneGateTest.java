package dev.outpost.agent.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.spool.LaneOverflow;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LaneGateTest {

    private static final int BYTES = 800;
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long PATIENCE = LaneOverflow.spill().patience().toNanos();

    private final LaneGate gate = new LaneGate(BYTES, LaneOverflow.spill());

    private void fill() {
        assertThat(gate.tryReserve(BYTES, ClosedBatch.IMPORTANT)).isTrue();
        assertThat(gate.tryReserve(1, ClosedBatch.IMPORTANT)).isFalse();
    }

    @Test
    void withoutSpoolAndConnectionThereIsNothingToWaitFor() {
        fill();
        assertThat(gate.moving(HOUR, 1)).isFalse();
    }

    @Test
    void waitsForASpoolThatIsBeingOpened() {
        gate.spoolWorks(true);
        fill();
        assertThat(gate.moving(HOUR, 1)).isTrue();
        assertThat(gate.moving(HOUR + PATIENCE - 1, 1)).isTrue();
        assertThat(gate.moving(HOUR + PATIENCE, 1)).isFalse();
    }

    @Test
    void waitsNoMoreWhenTheSpoolFails() {
        gate.spoolWorks(true);
        fill();
        assertThat(gate.moving(HOUR, 1)).isTrue();
        gate.spoolWorks(false);
        assertThat(gate.moving(HOUR + 1, 1)).isFalse();
    }

    @Test
    void aBurstAfterALongSilenceIsWaitedFor() {
        gate.spoolWorks(true);
        gate.connected(false, 0);
        fill();
        assertThat(gate.moving(HOUR, 1)).isTrue();
    }

    @Test
    void whatHasWaitedTooLongOnceIsNotWaitedForAgainBeforeThereWasRoom() {
        gate.spoolWorks(true);
        fill();
        assertThat(gate.moving(HOUR, 1)).isTrue();
        assertThat(gate.moving(HOUR + PATIENCE, 1)).isFalse();
        assertThat(gate.tryReserve(1, ClosedBatch.BULK)).isFalse();
        assertThat(gate.moving(HOUR + PATIENCE + 1, 1)).isFalse();

        gate.release(BYTES);
        assertThat(gate.tryReserve(1, ClosedBatch.BULK)).isTrue();
        assertThat(gate.tryReserve(BYTES, ClosedBatch.BULK)).isFalse();
        assertThat(gate.moving(3 * HOUR, 1)).isTrue();
    }

    @Test
    void progressRenewsThePatience() {
        gate.connected(true, 0);
        fill();
        assertThat(gate.moving(HOUR, 1)).isTrue();
        gate.progress(HOUR + PATIENCE / 2);
        assertThat(gate.moving(HOUR + PATIENCE, 1)).isTrue();
        assertThat(gate.moving(HOUR + 2 * PATIENCE, 1)).isFalse();
    }
}
