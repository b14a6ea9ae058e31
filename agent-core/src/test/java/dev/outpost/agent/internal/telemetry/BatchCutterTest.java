package dev.outpost.agent.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When batches are cut, and where they go. */
class BatchCutterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final FakeOutlet lane = new FakeOutlet(1_000);
    private final FakeOutlet roomy = new FakeOutlet(1 << 20);

    @Test
    void doWork_enoughRecords_cutsByCount() {
        Pipeline pipeline = pipeline(3, 10_000, roomy);
        publish(pipeline, 7);

        pipeline.turn();

        assertThat(roomy.batchSizes()).containsExactly(3, 3);
        assertThat(roomy.bodies()).containsExactly("r0", "r1", "r2", "r3", "r4", "r5");
    }

    @Test
    void doWork_enoughBytes_cutsByBytes() {
        Pipeline pipeline = pipeline(1_000, 100, roomy);
        publish(pipeline, 9);

        pipeline.turn();

        assertThat(roomy.held)
                .hasSizeGreaterThan(1)
                .allSatisfy(batch -> assertThat(batch.bytes()).isBetween(100, 150));
    }

    @Test
    void doWork_oldestRecordTooOld_cutsByAge() {
        Pipeline pipeline = pipeline(1_000, 10_000, roomy);
        publish(pipeline, 1);
        pipeline.turn();
        pipeline.clock.advance(Pipeline.AGE.minusNanos(1));
        publish(pipeline, 1);
        pipeline.turn();
        assertThat(roomy.held).isEmpty();

        pipeline.clock.advance(Duration.ofNanos(1));
        pipeline.turn();

        assertThat(roomy.batchSizes()).containsExactly(2);
    }

    @Test
    void doWork_nothingPublished_cutsNothing() {
        Pipeline pipeline = pipeline(1, 1_024, roomy);
        pipeline.clock.advance(Duration.ofDays(1));

        assertThat(pipeline.loop.doWork()).isZero();
        assertThat(roomy.held).isEmpty();
    }

    @Test
    void doWork_laneBackedUp_growsBatchesUpToTheBytes() {
        Pipeline pipeline = pipeline(2, 200, roomy);
        roomy.gate().unsent(1);
        publish(pipeline, 12);

        pipeline.turn();
        assertThat(roomy.batchSizes())
                .isNotEmpty()
                .allSatisfy(records -> assertThat(records).isGreaterThan(2));

        roomy.gate().unsent(0);
        publish(pipeline, 1);
        pipeline.turn();
        assertThat(roomy.heldRecords()).as("with the batch that was open").isEqualTo(13);
    }

    @Test
    void doWork_laneFullAndMoving_holdsTheRingBackAndLosesNothing() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        int published = 0;
        while (pipeline.logs.publish(Severity.INFO, "r" + published)) {
            published++;
            pipeline.turn();
        }
        assertThat(pipeline.ring.depth()).as("records that wait in the ring").isPositive();
        assertThat(lane.refusedRecords).isZero();

        while (lane.deliveredRecords() < published) {
            pipeline.turn();
            lane.deliverOne(pipeline.clock.nanoTime());
        }

        assertThat(lane.bodies()).hasSize(published).first().isEqualTo("r0");
        assertThat(lane.bodies()).doesNotHaveDuplicates().last().isEqualTo("r" + (published - 1));
        assertThat(lane.gate().heldBytes()).isZero();
    }

    @Test
    void doWork_laneFullAndUnconnected_dropsTheBatchAndGoesOn() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        publish(pipeline, 40);

        pipeline.turn();

        assertThat(pipeline.ring.depth()).isZero();
        assertThat(lane.refusedRecords).isPositive();
        assertThat(lane.heldRecords() + lane.refusedRecords).isEqualTo(40);
    }

    @Test
    void doWork_laneFullAndWithoutProgress_dropsAfterItsPatience() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        publish(pipeline, 40);
        pipeline.turn();
        assertThat(lane.refusedRecords).isZero();

        for (int i = 0; i < 10; i++) {
            pipeline.clock.advance(PATIENCE.dividedBy(10));
            assertThat(lane.refusedRecords).isZero();
            pipeline.turn();
        }

        assertThat(pipeline.ring.depth()).isZero();
        assertThat(lane.heldRecords() + lane.refusedRecords).isEqualTo(40);
    }

    @Test
    void doWork_laneFullAfterALongIdleTime_waitsAllTheSame() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        pipeline.clock.advance(Duration.ofHours(1));

        publish(pipeline, 40);
        pipeline.turn();

        assertThat(lane.refusedRecords).isZero();
    }

    @Test
    void doWork_suspendedWhileTheLaneIsFull_goesOnWaiting() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        publish(pipeline, 40);
        pipeline.turn();

        pipeline.clock.advance(Duration.ofMinutes(1));
        pipeline.turn();

        assertThat(lane.refusedRecords).isZero();
    }

    @Test
    void doWork_oneOfTwoLanesIsWaitedFor_theOtherGetsEveryBatchOnce() {
        Pipeline pipeline = pipeline(1, 10_000, roomy, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        publish(pipeline, 40);
        pipeline.turn();
        pipeline.turn();

        while (lane.deliveredRecords() < 40) {
            lane.deliverOne(pipeline.clock.nanoTime());
            pipeline.turn();
        }

        assertThat(roomy.bodies()).hasSize(40).doesNotHaveDuplicates();
        assertThat(lane.bodies()).isEqualTo(roomy.bodies());
    }

    @Test
    void doWork_batchLargerThanAnEmptyLane_isTakenAllTheSame() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        pipeline.logs.publish(Severity.INFO, "x".repeat(5_000));

        pipeline.turn();

        assertThat(lane.batchSizes()).containsExactly(1);
    }

    @Test
    void flush_recordsPublishedBefore_closesTheOpenBatchEarly() {
        Pipeline pipeline = pipeline(1_000, 10_000, roomy);
        List<String> calls = new ArrayList<>();
        publish(pipeline, 3);
        pipeline.loop.flush(() -> calls.add("handed over " + roomy.heldRecords()));

        pipeline.turn();

        assertThat(calls).containsExactly("handed over 3");
    }

    @Test
    void flush_nothingPublished_isAnsweredAtOnce() {
        Pipeline pipeline = pipeline(1_000, 10_000, roomy);
        List<String> calls = new ArrayList<>();
        pipeline.loop.flush(() -> calls.add("done"));

        pipeline.turn();

        assertThat(calls).containsExactly("done");
        assertThat(roomy.held).isEmpty();
    }

    @Test
    void flush_slotClaimedAndNotFilled_waitsForIt() {
        Pipeline pipeline = pipeline(1_000, 10_000, roomy);
        List<String> calls = new ArrayList<>();
        long claimed = pipeline.ring.tryClaim(10);
        pipeline.loop.flush(() -> calls.add("done"));
        pipeline.turn();
        assertThat(calls).isEmpty();

        pipeline.ring.publish(claimed);
        pipeline.turn();

        assertThat(calls).containsExactly("done");
    }

    @Test
    void flush_laneFullAndMoving_waitsForRoom() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        publish(pipeline, 40);
        List<String> calls = new ArrayList<>();
        pipeline.loop.flush(() -> calls.add("done"));
        pipeline.turn();
        assertThat(calls).isEmpty();

        while (lane.deliveredRecords() + lane.heldRecords() < 40) {
            lane.deliverOne(pipeline.clock.nanoTime());
            pipeline.turn();
        }

        assertThat(calls).containsExactly("done");
    }

    /** Under overload there is always a batch held back; it must not keep a flush of older records waiting for ever. */
    @Test
    void flush_newerRecordsKeepTheLaneFull_isAnsweredWhenTheOldOnesAreHandedOver() {
        Pipeline pipeline = pipeline(1, 10_000, lane);
        lane.gate().connected(true, pipeline.clock.nanoTime());
        publish(pipeline, 40);
        List<String> calls = new ArrayList<>();
        pipeline.loop.flush(() -> calls.add("done"));

        for (int i = 0; i < 40; i++) {
            pipeline.turn();
            publish(pipeline, 2);
            lane.deliverOne(pipeline.clock.nanoTime());
        }

        assertThat(calls).containsExactly("done");
    }

    @Test
    void flush_several_areAnsweredInOrder() {
        Pipeline pipeline = pipeline(1_000, 10_000, roomy);
        List<String> calls = new ArrayList<>();
        publish(pipeline, 1);
        pipeline.loop.flush(() -> calls.add("first"));
        publish(pipeline, 1);
        pipeline.loop.flush(() -> calls.add("second"));

        pipeline.turn();

        assertThat(calls).containsExactly("first", "second");
    }

    private static Pipeline pipeline(int records, int bytes, Outlet... lanes) {
        return new Pipeline(64, OverflowPolicy.dropNewest(), Pipeline.limits(records, bytes), lanes);
    }

    private static void publish(Pipeline pipeline, int records) {
        for (int i = 0; i < records; i++) {
            pipeline.logs.publish(Severity.INFO, "r" + i);
        }
    }
}
