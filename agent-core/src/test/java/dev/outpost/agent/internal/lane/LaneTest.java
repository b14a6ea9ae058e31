package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LaneTest {

    private static final int WINDOW = 3;
    private static final int RECORDS = 10;
    private static final long NOW = new ManualClock().nanoTime();

    private final Counters counters = new Counters();
    private final Lane lane = new Lane("logs", Signal.LOGS, 10_000, WINDOW, counters, Lane::offer);
    private final List<String> reached = new ArrayList<>();

    @Test
    void offer_batches_areNumberedFromOne() {
        offer(2);

        assertThat(lane.nextToSend(NOW)).extracting(Lane.Entry::sequence).isEqualTo(1L);
        assertThat(sendAll()).containsExactly(1L, 2L);
    }

    @Test
    void nextToSend_windowFull_isNullUntilAcknowledged() {
        offer(5);
        assertThat(sendAll()).containsExactly(1L, 2L, 3L);

        lane.ack(1, NOW);
        assertThat(sendAll()).containsExactly(4L);
        lane.window(1);
        lane.ack(3, NOW);
        assertThat(sendAll()).isEmpty();
    }

    @Test
    void ack_cumulative_deliversAllUpToIt() {
        offer(3);
        sendAll();

        assertThat(lane.ack(2, NOW)).isTrue();

        assertThat(lane.delivered()).isEqualTo(2 * RECORDS);
        assertThat(lane.recordsHeld()).isEqualTo(RECORDS);
        assertThat(lane.acked().sequence()).isEqualTo(2);
    }

    @Test
    void ack_lateOrRepeated_isWithoutEffect() {
        offer(3);
        sendAll();
        lane.ack(3, NOW);

        assertThat(lane.ack(3, NOW)).isFalse();
        assertThat(lane.ack(1, NOW)).isFalse();
        assertThat(lane.delivered()).isEqualTo(3 * RECORDS);
        assertThat(lane.acked().sequence()).isEqualTo(3);
    }

    @Test
    void ack_ofBatchesThatWaitToBeSentAgain_deliversThem() {
        offer(3);
        sendAll();
        lane.rewind();

        assertThat(lane.ack(2, NOW)).isTrue();

        assertThat(sendAll()).containsExactly(3L);
        assertThat(lane.delivered()).isEqualTo(2 * RECORDS);
    }

    @Test
    void knows_positionsThatWereSent_andNoOthers() {
        offer(2);
        sendAll();
        offer(1);
        StreamPosition own = lane.position(2);

        assertThat(lane.knows(own)).isTrue();
        assertThat(lane.knows(lane.position(0))).isTrue();
        assertThat(lane.knows(lane.position(3))).isFalse();
        assertThat(lane.knows(lane.position(-1))).isFalse();
        assertThat(lane.knows(new StreamPosition(own.streamId(), own.epoch() + 1, 1)))
                .isFalse();
        assertThat(lane.knows(new StreamPosition(new UUID(1, 2), own.epoch(), 1)))
                .isFalse();
    }

    @Test
    void rewind_inFlight_isSentAgainFirstAndInOrder() {
        offer(5);
        sendAll();
        lane.ack(1, NOW);

        lane.rewind();

        assertThat(sendAll()).containsExactly(2L, 3L, 4L);
    }

    @Test
    void pauseUntil_before_givesNothing() {
        offer(1);
        lane.pauseUntil(NOW + 20);

        assertThat(lane.nextToSend(NOW + 19)).isNull();
        assertThat(lane.nextToSend(NOW + 20)).isNotNull();
    }

    @Test
    void rejected_oneOfMany_dropsItAndGoesOn() {
        offer(3);
        sendAll();

        lane.rejected(2);

        assertThat(lane.dropped()).containsEntry("rejected", (long) RECORDS);
        assertThat(lane.recordsHeld()).isEqualTo(2 * RECORDS);
        lane.ack(3, NOW);
        assertThat(lane.delivered()).isEqualTo(2 * RECORDS);
    }

    @Test
    void rejected_unknownOrTwice_isWithoutEffect() {
        offer(1);
        lane.rejected(1);
        assertThat(lane.dropped().get("rejected")).as("not sent yet").isZero();
        sendAll();
        lane.rejected(7);
        lane.rejected(1);
        lane.rejected(1);

        assertThat(lane.dropped()).containsEntry("rejected", (long) RECORDS);
        assertThat(lane.recordsHeld()).isZero();
    }

    @Test
    void rejected_thenRewound_isSentAsAGap() {
        offer(3);
        sendAll();
        lane.rejected(2);

        lane.rewind();
        lane.sent();

        assertThat(lane.nextToSend(NOW)).isEqualTo(new Lane.Entry(2, null, RECORDS));
    }

    @Test
    void dropNext_leavesAGapThatIsSentAndAcknowledged() {
        offer(2);

        lane.dropNext("too_large_for_center");

        Lane.Entry gap = lane.nextToSend(NOW);
        assertThat(gap).isEqualTo(new Lane.Entry(1, null, RECORDS));
        assertThat(lane.dropped()).containsEntry("too_large_for_center", (long) RECORDS);
        sendAll();
        lane.ack(2, NOW);
        assertThat(lane.delivered()).as("records of the batch behind the gap").isEqualTo(RECORDS);
        assertThat(lane.recordsHeld()).isZero();
    }

    @Test
    void whenDelivered_runsOnceAllThatWasHeldIsGone() {
        offer(2);
        lane.whenDelivered(() -> reached.add("first two"));
        offer(1);
        lane.whenDelivered(() -> reached.add("all"));
        sendAll();

        lane.ack(1, NOW);
        assertThat(reached).isEmpty();
        lane.rejected(2);
        assertThat(reached).as("the gap is not acknowledged yet").isEmpty();
        lane.ack(2, NOW);
        assertThat(reached).containsExactly("first two");
        lane.ack(3, NOW);
        assertThat(reached).containsExactly("first two", "all");
    }

    @Test
    void whenDelivered_emptyLane_runsAtOnce() {
        lane.whenDelivered(() -> reached.add("now"));

        assertThat(reached).containsExactly("now");
    }

    @Test
    void close_whatIsLeft_isDroppedAndCounted() {
        offer(4);
        sendAll();
        lane.whenDelivered(() -> reached.add("given up"));

        lane.close();

        assertThat(lane.dropped()).containsEntry("closed", 4L * RECORDS);
        assertThat(lane.recordsHeld()).isZero();
        assertThat(reached).containsExactly("given up");
        assertThat(lane.nextToSend(NOW)).isNull();
    }

    @Test
    void offer_afterClose_isDroppedAndCounted() {
        lane.close();

        offer(1);

        assertThat(lane.dropped()).containsEntry("closed", (long) RECORDS);
        assertThat(lane.recordsHeld()).isZero();
    }

    @Test
    void refuse_batchWithoutRoom_isCounted() {
        lane.refuse(Batches.of(RECORDS, 1));

        assertThat(lane.dropped()).containsEntry("lane_full", (long) RECORDS);
    }

    private void offer(int batches) {
        for (int i = 0; i < batches; i++) {
            lane.offer(Batches.of(RECORDS, 0));
        }
    }

    private List<Long> sendAll() {
        List<Long> sent = new ArrayList<>();
        for (Lane.Entry next = lane.nextToSend(NOW); next != null; next = lane.nextToSend(NOW)) {
            sent.add(next.sequence());
            lane.sent();
        }
        return sent;
    }
}
