package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.METRICS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static dev.outpost.agent.internal.spool.Spooled.recordsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.internal.spool.FaultyFiles.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A disk that fails. */
class SpoolFailureTest {

    /** What somebody else has on the disk. */
    private static final Path ELSEWHERE = Path.of("/elsewhere/file");

    private final FaultyFiles files = new FaultyFiles();

    /** Writes up to {@code through} as a lane does: after a failure what is not synced is written again, a few times. */
    private static void feed(Spooled spooled, SpoolRun run, long through, int bytes) {
        for (int tries = 0; tries < 3 && spooled.synced.getOrDefault(run, 0L) < through; tries++) {
            spooled.nextAttempt();
            spooled.append(run, spooled.synced.getOrDefault(run, 0L) + 1, through, bytes);
            spooled.store.sync();
        }
    }

    @Test
    void append_whenAWriteFails_keepsWhatWasWrittenAndPassesOverTheRestOfTheAttempt() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 5, 300);
        files.tornBytes(200);
        files.failWhen(call -> call.is(Op.WRITE, ".seg"));
        spooled.append(run, 6, 6, 300);
        files.failWhen(call -> false);
        spooled.append(run, 7, 8, 300);

        assertThat(spooled.told).endsWith("written 5", "synced 5", "failed 5");
        spooled.nextAttempt();
        spooled.append(run, 6, 8, 300);

        assertThat(spooled.store.records(run)).isEqualTo(recordsOf(1, 8));
        assertThat(Spooled.sequences(run, spooled.readAll(run))).isEqualTo(range(1, 8));
        assertThat(files.files(".seg")).hasSize(2);
    }

    @Test
    void sync_whenTheForceFails_countsNothingAsSyncedAndNeverForcesThatFileAgain() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 3, 300);
        spooled.store.sync();
        spooled.append(run, 4, 6, 300);
        files.failWhen(call -> call.is(Op.FORCE, ".seg"));
        spooled.store.sync();
        files.failWhen(call -> false);

        assertThat(spooled.told).endsWith("synced 3", "written 4", "written 5", "written 6", "failed 3");
        assertThat(spooled.store.last(run)).isEqualTo(3);
        spooled.nextAttempt();
        spooled.append(run, 4, 6, 300);
        spooled.store.sync();
        spooled.store.close();

        assertThat(files.forcesAfterFailure(".seg")).isZero();
        FaultyFiles restarted = files.restarted(FaultyFiles.Survival.FORCED, new SplittableRandom(1));
        Spooled after = Spooled.open(restarted);
        assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                .isEqualTo(range(1, 6));
    }

    @Test
    void append_whenTheForceOfAFullSegmentFails_countsNothingAsSynced() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 11, 300); // one segment
        assertThat(files.files(".seg")).hasSize(1);
        files.failWhen(call -> call.is(Op.FORCE, ".seg"));
        spooled.append(run, 12, 12, 300);
        files.failWhen(call -> false);

        assertThat(spooled.told).endsWith("written 11", "failed 0");
        assertThat(spooled.synced).isEmpty();
        assertThat(spooled.store.last(run)).isZero();
        feed(spooled, run, 12, 300);
        assertThat(files.forcesAfterFailure(".seg")).isZero();
        assertThat(spooled.synced.get(run)).isEqualTo(12);
    }

    @Test
    void rest_whenTheForceFails_countsNothingAsSynced() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 3, 300);
        files.failWhen(call -> call.is(Op.FORCE, ".seg"));
        spooled.store.rest(run);

        assertThat(spooled.told).endsWith("failed 0");
        assertThat(files.files(".seg")).isEmpty();
    }

    @Test
    void append_whenAWriteAndThenTheForceFails_countsNothingAsSynced() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 3, 300);
        files.failWhen(call -> call.is(Op.FORCE, ".seg") || call.is(Op.WRITE, ".seg"));
        spooled.append(run, 4, 4, 300);

        assertThat(spooled.told).endsWith("failed 0");
        assertThat(spooled.synced).isEmpty();
    }

    @Test
    void sync_whenEveryForceFails_failsEachAttemptAndRecoversWithTheDisk() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        files.failWhen(call -> call.is(Op.FORCE, ".seg"));
        feed(spooled, run, 20, 300);
        assertThat(spooled.failures).hasSize(3);
        assertThat(spooled.synced).isEmpty();
        assertThat(files.openFiles()).as("the slot's ACK and GAPS").isEqualTo(2);

        files.failWhen(call -> false);
        feed(spooled, run, 20, 300);
        assertThat(spooled.synced.get(run)).isEqualTo(20);
        assertThat(Spooled.sequences(run, spooled.readAll(run))).isEqualTo(range(1, 20));
    }

    @Test
    void life_withNoSpaceFromAnyWriteOn_losesNothingAndRecoversWithTheSpace() throws IOException {
        int writes = writesOfALife(new FaultyFiles(), Integer.MAX_VALUE, 0);
        for (int from = 0; from < writes; from++) {
            for (int torn : new int[] {0, 1, 41, 350}) {
                writesOfALife(new FaultyFiles(), from, torn);
            }
        }
    }

    /** Goes on after all writes from the given one failed for a while; returns how many there were. */
    private static int writesOfALife(FaultyFiles files, int failFrom, int torn) throws IOException {
        int[] writes = {0};
        boolean[] full = {true};
        files.tornBytes(torn);
        files.failWhen(call -> call.op() == Op.WRITE && writes[0]++ >= failFrom && full[0]);
        Spooled spooled;
        try {
            spooled = Spooled.open(files);
        } catch (IOException e) {
            assertThat(files.openFiles() + files.locks()).isZero();
            full[0] = false;
            spooled = Spooled.open(files);
        }
        SpoolRun run;
        try {
            run = spooled.store.startRun(LOGS);
        } catch (IOException e) {
            full[0] = false;
            run = spooled.store.startRun(LOGS);
        }
        feed(spooled, run, 15, 300);
        try {
            spooled.store.ack(run, 4);
            spooled.store.reject(run, Spooled.batch(run, 5, 300), "rejected");
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("Input/output");
        }
        long synced = spooled.synced.getOrDefault(run, 0L);
        assertThat(Spooled.sequences(run, spooled.store.read(run, 6, synced, 1 << 20)))
                .isEqualTo(range(6, synced));
        full[0] = false;
        feed(spooled, run, 30, 300);
        assertThat(Spooled.sequences(run, spooled.store.read(run, 6, 30, 1 << 20)))
                .isEqualTo(range(6, 30));
        assertThat(files.forcesAfterFailure(".seg")).isZero();
        int count = writes[0];
        spooled.store.close();
        Spooled after = Spooled.open(files);
        assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                .endsWith(30L)
                .containsAll(range(6, 30));
        after.store.close();
        return count;
    }

    @Test
    void append_onADiskThatIsFull_makesNoRoomWhereThatWouldNotHelp() throws IOException {
        Spooled spooled = Spooled.open(files, new SpoolLimits(1 << 20, 50_000, 4096));
        SpoolRun run = spooled.store.startRun(LOGS);
        files.capacity(4_000_000);
        feed(spooled, run, 30, 300);
        files.put(ELSEWHERE, new byte[(int) (4_000_000 - files.usedBytes() - 100)]);
        feed(spooled, run, 60, 300);

        assertThat(spooled.failures).isNotEmpty().allMatch(NoRoomException.class::isInstance);
        assertThat(spooled.lost).isEmpty();
        assertThat(Spooled.sequences(run, spooled.readAll(run))).startsWith(1L, 2L);
        files.remove(ELSEWHERE);
        feed(spooled, run, 60, 300);
        assertThat(Spooled.sequences(run, spooled.readAll(run))).isEqualTo(range(1, 60));
    }

    @Test
    void append_withTooLittleSpaceLeft_evictsTheOldest() throws IOException {
        files.capacity(1_000_000);
        Spooled spooled = Spooled.open(files, new SpoolLimits(1 << 20, 50_000, 4096));
        SpoolRun run = spooled.store.startRun(LOGS);
        feed(spooled, run, 100, 300);
        files.put(ELSEWHERE, new byte[(int) (1_000_000 - files.usedBytes() - 40_000)]);
        feed(spooled, run, 120, 300);

        assertThat(spooled.failures).isEmpty();
        assertThat(spooled.lost).isNotEmpty().allMatch(gap -> gap.reason().equals("disk_full"));
        assertThat(spooled.lost.get(0).from()).isEqualTo(1);
        assertThat(files.usedBytes()).isLessThanOrEqualTo(950_000);
        assertThat(Spooled.sequences(run, spooled.readAll(run))).endsWith(120L);
    }

    @Test
    void append_whenTheFreeSpaceIsNotKnown_writes() throws IOException {
        Spooled spooled = Spooled.open(files, new SpoolLimits(1 << 20, 50_000, 4096));
        SpoolRun run = spooled.store.startRun(LOGS);
        files.failWhen(call -> call.op() == Op.SPACE);
        feed(spooled, run, 30, 300);

        assertThat(spooled.failures).isEmpty();
        assertThat(spooled.synced.get(run)).isEqualTo(30);
    }

    @Test
    void ack_whenNothingCanBeDeleted_goesOnAndDeletesLater() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        feed(spooled, run, 30, 300);
        long used = spooled.store.usedBytes();
        files.failWhen(call -> call.op() == Op.DELETE);

        assertThatCode(() -> spooled.store.ack(run, 30)).doesNotThrowAnyException();
        spooled.store.rest(run);
        assertThat(spooled.store.usedBytes())
                .as("it is still there")
                .isLessThanOrEqualTo(used)
                .isPositive();
        feed(spooled, run, 31, 300);
        assertThat(spooled.synced.get(run)).isEqualTo(31);

        files.failWhen(call -> false);
        spooled.store.rest(run);
        feed(spooled, run, 32, 300);
        assertThat(files.files(".seg")).hasSize(2);
        assertThat(spooled.store.usedBytes())
                .isEqualTo(files.files(".seg").stream()
                        .mapToLong(path -> files.content(path).length)
                        .sum());
    }

    @Test
    void open_whenNothingCanBeDeleted_goesOn() throws IOException {
        Spooled before = Spooled.open(files);
        SpoolRun old = before.store.startRun(LOGS);
        feed(before, old, 30, 300);
        before.store.ack(old, 3);
        before.store.close();
        files.files(".seg").stream().limit(1).forEach(path -> files.put(path, new byte[100]));
        files.failWhen(call -> call.op() == Op.DELETE);

        Spooled after = Spooled.open(files);
        assertThat(after.readAll(after.onlyRun())).isNotEmpty();
    }

    @Test
    void evict_whenAFileCannotBeDeleted_takesAnotherRunsAndLosesNothingTwice() throws IOException {
        Spooled spooled = Spooled.open(files, new SpoolLimits(10 * 4096, 0, 4096));
        SpoolRun first = spooled.store.startRun(LOGS);
        feed(spooled, first, 40, 300);
        SpoolRun second = spooled.store.startRun(LOGS);
        feed(spooled, second, 40, 300);
        files.failWhen(call -> call.is(Op.DELETE, String.format("%016x-", first.epoch())));
        long before = spooled.store.records(first);
        int told = spooled.lost.size();
        SpoolRun metrics = spooled.store.startRun(METRICS);
        feed(spooled, metrics, 20, 300);

        assertThat(spooled.synced.get(metrics)).isEqualTo(20);
        assertThat(spooled.store.records(first)).isEqualTo(before);
        assertThat(spooled.lost.size()).isGreaterThan(told);
        assertThat(Spooled.sequences(second, spooled.readAll(second))).doesNotContain(1L);
    }

    @Test
    void open_failingAtAnyOperation_leavesNothingOpenAndNothingLost() throws IOException {
        Spooled before = Spooled.open(files);
        SpoolRun old = before.store.startRun(LOGS);
        feed(before, old, 30, 300);
        before.store.ack(old, 3);
        before.store.close();
        int first = files.callCount();
        Spooled.open(files).store.close();
        int operations = files.callCount() - first;

        for (int at = 0; at < operations; at++) {
            int failing = files.callCount() + at;
            files.failWhen(call -> call.index() == failing);
            try {
                Spooled.open(files).store.close();
            } catch (IOException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
            assertThat(files.openFiles())
                    .as("open files after operation %s failed", at)
                    .isZero();
            assertThat(files.locks()).as("locks after operation %s failed", at).isZero();
            files.failWhen(call -> false);
            Spooled after = Spooled.open(files);
            assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                    .isEqualTo(range(4, 30));
            after.store.close();
        }
    }

    @Test
    void open_whenAllFilesFail_saysSoAndLeavesNothingOpen() throws IOException {
        Spooled.open(files).store.close();
        for (Op op : new Op[] {Op.LOCK, Op.OPEN_WRITE, Op.CREATE, Op.FORCE, Op.LIST}) {
            files.failWhen(call -> call.op() == op);
            assertThatThrownBy(() -> Spooled.open(files)).isInstanceOf(IOException.class);
            assertThat(files.openFiles() + files.locks()).isZero();
        }
    }

    @Test
    void open_onAFullDiskWithSomethingToDeliver_deliversIt() throws IOException {
        Spooled before = Spooled.open(files);
        SpoolRun old = before.store.startRun(LOGS);
        feed(before, old, 30, 300);
        before.store.close();
        files.capacity(files.usedBytes());

        Spooled after = Spooled.open(files);
        SpoolRun run = after.onlyRun();
        assertThat(Spooled.sequences(run, after.readAll(run))).isEqualTo(range(1, 30));
        assertThatThrownBy(() -> after.store.startRun(LOGS)).isInstanceOf(IOException.class);
        after.store.ack(run, 30);
        SpoolRun fresh = after.store.startRun(LOGS);
        after.store.end(run);
        feed(after, fresh, 3, 300);
        assertThat(after.synced.get(fresh)).isEqualTo(3);
    }

    @Test
    void saveAcks_afterAFailure_triesAgain() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        feed(spooled, run, 10, 100);
        spooled.store.ack(run, 4);
        files.failWhen(call -> call.is(Op.WRITE, "ACK"));
        assertThatThrownBy(spooled.store::saveAcks).isInstanceOf(IOException.class);
        files.failWhen(call -> false);
        spooled.store.saveAcks();

        Spooled after = Spooled.open(files.restarted(FaultyFiles.Survival.ALL, new SplittableRandom(1)));
        assertThat(after.store.acked(after.onlyRun())).isEqualTo(4);
    }

    @Test
    void reads_thatFail_areTriedAndThenGivenUpWithTheirSegmentOnly() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        feed(spooled, run, 40, 300);
        Path bad = files.files(".seg").get(1);
        files.failWhen(call -> call.op() == Op.READ && call.path().equals(bad));

        int thrown = 0;
        List<Stored> stored = null;
        while (stored == null) {
            try {
                stored = spooled.readAll(run);
            } catch (IOException e) {
                thrown++;
            }
        }
        assertThat(thrown).isEqualTo(4);
        assertThat(spooled.lost).hasSize(1);
        Stored.Gap lost = spooled.lost.get(0);
        assertThat(lost.reason()).isEqualTo("unreadable");
        assertThat(lost.records()).isEqualTo((int) recordsOf(lost.from(), lost.through()));
        assertThat(Spooled.gaps(stored)).containsExactly(lost);
        assertThat(spooled.store.usedBytes())
                .isEqualTo(files.files(".seg").stream()
                        .mapToLong(path -> files.content(path).length)
                        .sum());
    }

    @Test
    void open_segmentInTheMiddleCannotBeRead_isAGapAndKeptAside() throws IOException {
        Spooled before = Spooled.open(files);
        SpoolRun old = before.store.startRun(LOGS);
        feed(before, old, 40, 300);
        before.store.close();
        Path bad = files.files(".seg").get(1);
        byte[] content = files.content(bad);
        long from = SegmentId.of(bad, old.streamId()).orElseThrow().firstSequence();
        long through = SegmentId.of(files.files(".seg").get(2), old.streamId())
                        .orElseThrow()
                        .firstSequence()
                - 1;
        files.failWhen(call -> call.op() == Op.READ && call.path().equals(bad));

        Spooled after = new Spooled(files, Spooled.DIRECTORY, new SpoolLimits(4 << 20, 0, 4096));
        SpoolRun run = after.onlyRun();
        List<Stored> stored = after.readAll(run);

        assertThat(Spooled.gaps(stored)).containsExactly(new Stored.Gap(from, through, 0, "unreadable"));
        assertThat(Spooled.sequences(run, stored)).hasSize(40 - (int) (through - from + 1));
        assertThat(after.store.damagedSegments()).isEqualTo(1);
        assertThat(files.files(bad.toString()))
                .as("it may be readable another time")
                .hasSize(1);
        after.store.ack(run, through);
        assertThat(files.files(bad.toString())).isEmpty();
        assertThat(files.files("quarantine")).hasSize(1);
        assertThat(files.content(files.files("quarantine").get(0))).isEqualTo(content);
    }

    @Test
    void open_lastSegmentCannotBeRead_isReadAtTheNextStart() throws IOException {
        Spooled before = Spooled.open(files);
        SpoolRun old = before.store.startRun(LOGS);
        feed(before, old, 40, 300);
        before.store.close();
        List<Path> segments = files.files(".seg");
        Path bad = segments.get(segments.size() - 1);
        long from = SegmentId.of(bad, old.streamId()).orElseThrow().firstSequence();
        files.failWhen(call -> call.op() == Op.OPEN_READ && call.path().equals(bad));

        Spooled without = Spooled.open(files);
        SpoolRun run = without.onlyRun();
        assertThat(Spooled.sequences(run, without.readAll(run))).isEqualTo(range(1, from - 1));
        without.store.ack(run, from - 1);
        without.store.end(run);
        without.store.close();
        files.failWhen(call -> false);

        Spooled after = Spooled.open(files);
        assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                .isEqualTo(range(from, 40));
    }

    @Test
    void close_whenEverythingFails_givesTheSlotBack() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 30, 300);
        spooled.store.ack(run, 30);
        files.failWhen(call -> true);
        assertThatThrownBy(spooled.store::close).isInstanceOf(IOException.class);

        assertThat(files.openFiles()).isZero();
        assertThat(files.locks()).isZero();
    }
}
