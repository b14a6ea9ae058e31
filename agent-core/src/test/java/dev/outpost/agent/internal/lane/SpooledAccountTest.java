package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.internal.base.Counters;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpooledAccountTest {

    private static final int RECORDS = 10;
    private static final int BYTES = 100;

    private final LaneAccount lane = new LaneAccount("logs", new Counters());
    private final SpooledAccount account = new SpooledAccount(lane);

    @BeforeEach
    void store() {
        lane.taken(3 * RECORDS);
        account.stored(entry(1));
        account.stored(entry(2));
        account.stored(entry(3));
    }

    private static Entry entry(long sequence) {
        return new Entry(sequence, Batches.of(RECORDS, BYTES), true);
    }

    private long dropped(String reason) {
        return lane.dropped().getOrDefault(reason, 0L);
    }

    private void assertLeft(long records) {
        assertThat(account.records()).isEqualTo(records);
        assertThat(lane.spooled()).isEqualTo(records);
        long dropped =
                lane.dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(lane.delivered() + lane.held() + lane.spooled() + dropped)
                .isEqualTo(3L * RECORDS + lane.recovered());
    }

    @Test
    void stored_batches_moveFromMemory() {
        assertThat(account.bytes()).isEqualTo(3 * BYTES);
        assertThat(lane.held()).isZero();
        assertLeft(3 * RECORDS);
    }

    @Test
    void recovered_run_isOnDiskWithoutHavingBeenInMemory() {
        SpooledAccount found = new SpooledAccount(lane);

        found.recovered(7, 70);

        assertThat(found.records()).isEqualTo(7);
        assertThat(found.bytes()).isEqualTo(70);
        assertThat(lane.recovered()).isEqualTo(7);
        assertThat(lane.spooled()).isEqualTo(3 * RECORDS + 7);
    }

    @Test
    void settle_allDelivered_leavesNothing() {
        account.delivered(entry(1));
        account.delivered(entry(2));
        account.delivered(entry(3));
        account.settle();

        assertThat(lane.delivered()).isEqualTo(3 * RECORDS);
        assertThat(lane.dropped()).isEmpty();
        assertLeft(0);
    }

    @Test
    void settle_someDelivered_takesTheRestForLost() {
        account.delivered(entry(1));
        account.restIs("not_forced");

        account.settle();

        assertThat(dropped("not_forced")).isEqualTo(2 * RECORDS);
        assertThat(account.bytes()).isZero();
        assertLeft(0);
    }

    @Test
    void gaveUp_batch_isDroppedForItsReason() {
        account.gaveUp(entry(1), "rejected");

        assertThat(dropped("rejected")).isEqualTo(RECORDS);
        assertThat(account.bytes()).isEqualTo(2 * BYTES);
        assertLeft(2 * RECORDS);
    }

    @Test
    void unspooled_recordsInMemoryStill_countAsHeld() {
        account.unspooled(RECORDS);

        assertThat(lane.held()).isEqualTo(RECORDS);
        assertLeft(2 * RECORDS);
    }

    @Test
    void lost_moreThanIsThere_dropsWhatIsThere() {
        account.lost(3 * RECORDS + 1, "quota");

        assertThat(dropped("quota")).isEqualTo(3 * RECORDS);
        assertLeft(0);
    }

    @Test
    void lost_lessThanNothing_isWithoutEffect() {
        account.lost(-1, "quota");

        assertLeft(3 * RECORDS);
    }

    @Test
    void delivered_moreThanIsLeft_countsWhatIsLeft() {
        account.lost(3 * RECORDS - 1, "quota");

        account.delivered(entry(3));

        assertThat(lane.delivered()).isEqualTo(1);
        assertLeft(0);
    }

    @Test
    void countDelivered_untilTheAnswer_nothingIsTakenForLost() {
        LongConsumer counted = account.countDelivered();
        account.settle();
        assertThat(account.isCounting()).isTrue();
        assertLeft(3 * RECORDS);

        counted.accept(2 * RECORDS);
        account.settle();

        assertThat(account.isCounting()).isFalse();
        assertThat(lane.delivered()).isEqualTo(2 * RECORDS);
        assertThat(dropped("corrupt")).isEqualTo(RECORDS);
        assertLeft(0);
    }

    @Test
    void countDelivered_nobodyKnows_deliversNothing() {
        account.countDelivered().accept(-1);

        assertThat(lane.delivered()).isZero();
        assertLeft(3 * RECORDS);
    }

    @Test
    void countLeft_lessThanBefore_dropsTheDifference() {
        account.restIs("disk_full");

        account.countLeft().accept(RECORDS);

        assertThat(dropped("disk_full")).isEqualTo(2 * RECORDS);
        assertLeft(RECORDS);
    }

    @Test
    void countLeft_moreCameMeanwhile_dropsTheDifferenceToBefore() {
        LongConsumer counted = account.countLeft();
        lane.taken(RECORDS);
        account.stored(entry(4));

        counted.accept(RECORDS);

        assertThat(account.records()).isEqualTo(2 * RECORDS);
        assertThat(dropped("corrupt")).isEqualTo(2 * RECORDS);
    }

    @Test
    void countLeft_someLeftMeanwhile_isKnownAtTheEnd() {
        LongConsumer counted = account.countLeft();
        account.delivered(entry(1));

        counted.accept(RECORDS);
        assertThat(lane.dropped()).isEmpty();
        assertLeft(2 * RECORDS);

        account.settle();
        assertLeft(0);
    }

    @Test
    void countLeft_nobodyKnows_dropsNothing() {
        account.countLeft().accept(-1);

        assertThat(account.isCounting()).isFalse();
        assertLeft(3 * RECORDS);
    }
}
