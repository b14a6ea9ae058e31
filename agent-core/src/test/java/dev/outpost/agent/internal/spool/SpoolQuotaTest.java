package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.METRICS;
import static dev.outpost.agent.internal.spool.Spooled.TASKS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static dev.outpost.agent.internal.spool.Spooled.recordsOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A spool that is full. */
class SpoolQuotaTest {

    private static final int SEGMENT = 4096;
    private static final SpoolLimits TEN = new SpoolLimits(10 * SEGMENT, 0, SEGMENT);

    private final FaultyFiles files = new FaultyFiles();

    private static long records(List<Stored.Gap> gaps) {
        return gaps.stream().mapToLong(Stored.Gap::records).sum();
    }

    @Test
    void append_beyondTheQuota_evictsTheOldestAndTellsItExactly() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun run = spooled.store.startRun(LOGS);
        for (long sequence = 1; sequence <= 500; sequence++) {
            spooled.append(run, sequence, sequence, 300);
            assertThat(spooled.store.usedBytes()).isLessThanOrEqualTo(TEN.maxBytes());
        }
        assertThat(spooled.failures).isEmpty();
        assertThat(records(spooled.lost) + spooled.store.records(run)).isEqualTo(recordsOf(1, 500));
        List<Stored> stored = spooled.readAll(run);
        assertThat(Spooled.gaps(stored))
                .containsExactly(new Stored.Gap(
                        1, spooled.lost.get(spooled.lost.size() - 1).through(), (int) records(spooled.lost), "quota"));
        assertThat(Spooled.sequences(run, stored))
                .isEqualTo(range(Spooled.gaps(stored).get(0).through() + 1, 500));
    }

    @Test
    void gaps_areStillToldAfterARestart() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun old = spooled.store.startRun(LOGS);
        spooled.append(old, 1, 300, 300);
        long lost = records(spooled.lost);
        Spooled after = Spooled.open(files.restarted(FaultyFiles.Survival.ALL, new SplittableRandom(1)), TEN);
        SpoolRun run = after.onlyRun();

        assertThat(records(Spooled.gaps(after.readAll(run)))).isEqualTo(lost);
        assertThat(after.store.records(run)).isEqualTo(recordsOf(1, 300) - lost);
        assertThat(after.lost).as("told in the life before").isEmpty();
    }

    @Test
    void append_ofLessImportant_neverEvictsMoreImportant() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun tasks = spooled.store.startRun(TASKS);
        SpoolRun metrics = spooled.store.startRun(METRICS);
        SpoolRun logs = spooled.store.startRun(LOGS);
        spooled.append(tasks, 1, 40, 300);
        spooled.append(logs, 1, 30, 300);
        spooled.append(metrics, 1, 200, 300);

        assertThat(Spooled.sequences(tasks, spooled.readAll(tasks))).isEqualTo(range(1, 40));
        assertThat(Spooled.sequences(logs, spooled.readAll(logs)))
                .as("they went first")
                .isEmpty();
        assertThat(Spooled.sequences(metrics, spooled.readAll(metrics))).endsWith(200L);
        assertThat(spooled.failures).isEmpty();
    }

    @Test
    void append_whenOnlyMoreImportantIsLeft_failsAndEvictsNothing() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun tasks = spooled.store.startRun(TASKS);
        spooled.append(tasks, 1, 105, 300); // all of the quota
        SpoolRun logs = spooled.store.startRun(LOGS);
        spooled.append(logs, 1, 5, 300);

        assertThat(spooled.failures).hasSize(1).allMatch(NoRoomException.class::isInstance);
        assertThat(Spooled.sequences(tasks, spooled.readAll(tasks))).isEqualTo(range(1, 105));
    }

    @Test
    void append_whenLessImportantCannotBeDeleted_evictsNothingMoreImportantInItsPlace() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun tasks = spooled.store.startRun(TASKS);
        spooled.append(tasks, 1, 50, 300);
        SpoolRun logs = spooled.store.startRun(LOGS);
        spooled.append(logs, 1, 30, 300);
        files.failWhen(call -> call.is(FaultyFiles.Op.DELETE, LOGS.name()));
        spooled.append(logs, 31, 80, 300);
        files.failWhen(call -> false);

        assertThat(spooled.failures).isNotEmpty().allMatch(NoRoomException.class::isInstance);
        assertThat(Spooled.sequences(tasks, spooled.readAll(tasks))).isEqualTo(range(1, 50));
        assertThat(spooled.lost).isEmpty();
    }

    @Test
    void append_ofClassZero_findsRoomThatNobodyElseMayTake() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun logs = spooled.store.startRun(LOGS);
        spooled.append(logs, 1, 200, 300);
        long before = spooled.store.records(logs);
        spooled.append(spooled.store.startRun(TASKS), 1, 5, 300);

        assertThat(spooled.store.records(logs)).isEqualTo(before);
        assertThat(spooled.failures).isEmpty();
    }

    @Test
    void append_whenTheOnlySegmentsAreBeingWritten_evictsOneOfThem() throws IOException {
        SpoolLimits tiny = new SpoolLimits(3 * SEGMENT, 0, SEGMENT);
        Spooled spooled = Spooled.open(files, tiny);
        SpoolRun first = spooled.store.startRun(LOGS);
        SpoolRun second = spooled.store.startRun(LOGS);
        SpoolRun third = spooled.store.startRun(LOGS);
        spooled.append(first, 1, 4, 300);
        spooled.append(second, 1, 4, 300);
        spooled.append(third, 1, 4, 300);

        assertThat(spooled.failures).isEmpty();
        assertThat(spooled.lost).containsExactly(new Stored.Gap(1, 4, (int) recordsOf(1, 4), "quota"));
        assertThat(spooled.synced.get(first)).as("nobody waits for ever").isEqualTo(4);
        spooled.append(first, 5, 6, 300);
        assertThat(Spooled.sequences(first, spooled.readAll(first))).containsExactly(5L, 6L);
        assertThat(spooled.store.usedBytes()).isLessThanOrEqualTo(tiny.maxBytes());
    }

    @Test
    void append_ofABatchLargerThanTheQuota_failsAndEvictsNothing() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 30, 300);
        spooled.append(run, 31, 31, 50_000);

        assertThat(spooled.failures).hasSize(1).allMatch(NoRoomException.class::isInstance);
        assertThat(spooled.lost).isEmpty();
    }

    @Test
    void append_ofABatchLargerThanASegment_getsASegmentOfItsOwn() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 2, 300);
        spooled.append(run, 3, 3, 9_000);
        spooled.append(run, 4, 5, 300);

        assertThat(Spooled.sequences(run, spooled.readAll(run))).isEqualTo(range(1, 5));
    }

    @Test
    void evict_ofASegmentWithHolesAlreadyTold_tellsTheRestOnly() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 40, 300);
        byte[] content = files.content(files.files(".seg").get(0));
        content[64 + 2 * 344 + 100] ^= 1; // the body of the third
        files.put(files.files(".seg").get(0), content);
        spooled.readAll(run);
        spooled.store.reject(run, Spooled.batch(run, 6, 300), "rejected");
        spooled.store.ack(run, 1);
        spooled.append(run, 41, 300, 300);

        assertThat(records(spooled.lost) + Spooled.records(6) + Spooled.records(1) + spooled.store.records(run))
                .isEqualTo(recordsOf(1, 300));
        assertThat(records(Spooled.gaps(spooled.readAll(run)))).isEqualTo(records(spooled.lost) + Spooled.records(6));
    }

    @Test
    void gaps_thatWereTold_doNotGrow() throws IOException {
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 150, 300);
        Stored.Gap told = Spooled.gaps(spooled.store.read(run, 1, 1, 1)).get(0);
        spooled.append(run, 151, 300, 300);

        assertThat(spooled.store.read(run, 1, 1, 1)).containsExactly(told);
        spooled.store.ack(run, told.through());
        assertThat(records(Spooled.gaps(spooled.readAll(run)))).isEqualTo(records(spooled.lost) - told.records());
    }

    @Test
    void gaps_ofMoreRecordsThanACountHolds_stayExact() throws IOException {
        SpoolRun run = Spooled.open(files).store.startRun(LOGS);
        run.addGap(new Stored.Gap(1, 1, Integer.MAX_VALUE, "quota"));
        run.addGap(new Stored.Gap(2, 2, 5, "quota"));

        assertThat(run.gaps().values())
                .containsExactly(new Stored.Gap(1, 1, Integer.MAX_VALUE, "quota"), new Stored.Gap(2, 2, 5, "quota"));
    }

    @Test
    void evict_ofWhatAnotherAgentLeft_comesBeforeOurOwn() throws IOException {
        Spooled other = Spooled.open(files, TEN);
        Spooled spooled = Spooled.open(files, TEN);
        SpoolRun own = spooled.store.startRun(LOGS);
        spooled.append(own, 1, 20, 300);
        SpoolRun left = other.store.startRun(LOGS);
        other.append(left, 1, 20, 300);
        other.store.close();
        SpoolRun adopted = spooled.store.adoptOrphans().get(0);
        spooled.append(own, 21, 90, 300);

        assertThat(spooled.store.records(adopted)).isLessThan(recordsOf(1, 20));
        assertThat(spooled.store.records(own)).isEqualTo(recordsOf(1, 90));
    }
}
