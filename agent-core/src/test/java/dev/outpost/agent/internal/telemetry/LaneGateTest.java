package dev.outpost.agent.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.spool.LaneOverflow;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LaneGateTest {

    private static final int BYTES = 800;
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long PATIENCE = LaneOverflow.spill().patience().toNanos();

    private static final long STEP = Duration.ofMillis(100).toNanos();

    private final LaneGate gate = new LaneGate(BYTES, LaneOverflow.spill());
    private long now = HOUR;

    private void fill() {
        assertThat(gate.tryReserve(BYTES, ClosedBatch.IMPORTANT)).isTrue();
        assertThat(gate.tryReserve(1, ClosedBatch.IMPORTANT)).isFalse();
    }

    /** Asks until then, often; whether the batch was still waited for at the end. */
    private boolean waitsUntil(long end) {
        boolean moving = true;
        while (moving && now < end) {
            now = Math.min(end, now + STEP);
            moving = gate.moving(now, 1);
        }
        return moving;
    }

    @Test
    void moving_withoutSpoolAndConnection_isFalse() {
        fill();

        assertThat(gate.moving(now, 1)).isFalse();
    }

    @Test
    void moving_spoolIsBeingOpened_isTrueUntilThePatienceIsOver() {
        gate.spoolWorks(true);
        fill();

        assertThat(gate.moving(now, 1)).isTrue();
        assertThat(waitsUntil(HOUR + PATIENCE - 1)).isTrue();
        assertThat(waitsUntil(HOUR + PATIENCE)).isFalse();
    }

    @Test
    void moving_spoolFails_isFalseAtOnce() {
        gate.spoolWorks(true);
        fill();
        assertThat(gate.moving(now, 1)).isTrue();

        gate.spoolWorks(false);

        assertThat(gate.moving(now + 1, 1)).isFalse();
    }

    @Test
    void moving_burstAfterALongSilence_isTrue() {
        gate.spoolWorks(true);
        gate.connected(false, 0);
        fill();

        assertThat(gate.moving(now, 1)).isTrue();
    }

    @Test
    void moving_processSuspendedMeanwhile_doesNotLosePatience() {
        gate.spoolWorks(true);
        fill();
        assertThat(gate.moving(now, 1)).isTrue();

        assertThat(gate.moving(2 * HOUR, 1)).isTrue();
    }

    @Test
    void moving_waitedTooLongOnce_isFalseUntilThereWasRoomForAll() {
        gate.spoolWorks(true);
        fill();
        assertThat(gate.moving(now, 1)).isTrue();
        assertThat(waitsUntil(HOUR + PATIENCE)).isFalse();
        assertThat(gate.tryReserve(1, ClosedBatch.BULK)).isFalse();
        assertThat(gate.moving(now + 1, 1)).isFalse();

        gate.release(BYTES);

        assertThat(gate.tryReserve(1, ClosedBatch.BULK)).isTrue();
        assertThat(gate.tryReserve(BYTES, ClosedBatch.BULK)).isFalse();
        assertThat(gate.moving(3 * HOUR, 1)).isTrue();
    }

    @Test
    void progress_whileWaiting_renewsThePatience() {
        gate.connected(true, 0);
        fill();
        assertThat(gate.moving(now, 1)).isTrue();
        assertThat(waitsUntil(HOUR + PATIENCE / 2)).isTrue();

        gate.progress(now);

        assertThat(waitsUntil(HOUR + PATIENCE)).isTrue();
        assertThat(waitsUntil(HOUR + 2 * PATIENCE)).isFalse();
    }
}
