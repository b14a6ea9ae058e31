package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.DIRECTORY;
import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static dev.outpost.agent.internal.spool.Spooled.recordsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Several agents in one spool directory. */
class SpoolSlotsTest {

    private final FaultyFiles files = new FaultyFiles();

    @Test
    void open_bySeveral_givesEachASlotAndAStreamOfItsOwn() throws IOException {
        Set<UUID> streams = new HashSet<>();
        List<Spooled> all = new ArrayList<>();
        for (int number = 0; number < SlotDirectory.SLOTS; number++) {
            Spooled spooled = Spooled.open(files);
            SpoolRun run = spooled.store.startRun(LOGS);
            spooled.append(run, 1, 5, 100);
            assertThat(run.slot().directory()).isEqualTo(DIRECTORY.resolve("slot-" + number));
            assertThat(spooled.store.runs()).containsExactly(run);
            streams.add(run.streamId());
            all.add(spooled);
        }
        assertThat(streams).hasSize(SlotDirectory.SLOTS);
        assertThatThrownBy(() -> Spooled.open(files))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no slot");
        all.get(5).store.close();
        assertThat(Spooled.open(files).store.startRun(LOGS).slot().directory()).isEqualTo(DIRECTORY.resolve("slot-5"));
    }

    @Test
    void adoptOrphans_takesWhatAnEndedAgentLeft_underItsOwnName() throws IOException {
        Spooled ended = Spooled.open(files);
        Spooled living = Spooled.open(files);
        SpoolRun left = ended.store.startRun(LOGS);
        ended.append(left, 1, 40, 300);
        ended.store.ack(left, 7);
        assertThat(living.store.adoptOrphans()).isEmpty();
        ended.store.close();

        List<SpoolRun> adopted = living.store.adoptOrphans();

        assertThat(adopted).hasSize(1);
        SpoolRun run = adopted.get(0);
        assertThat(run.streamId()).isEqualTo(left.streamId());
        assertThat(run.epoch()).isEqualTo(left.epoch());
        assertThat(living.store.records(run)).isEqualTo(recordsOf(8, 40));
        assertThat(Spooled.sequences(run, living.readAll(run))).isEqualTo(range(8, 40));
        assertThat(living.store.adoptOrphans()).as("it is adopted already").isEmpty();
    }

    @Test
    void adoptOrphans_ofASlotWithoutAnything_leavesItFree() throws IOException {
        Spooled ended = Spooled.open(files);
        Spooled living = Spooled.open(files);
        ended.store.close();

        assertThat(living.store.adoptOrphans()).isEmpty();
        assertThat(files.locks()).isEqualTo(1);
        assertThat(Spooled.open(files).store.startRun(LOGS).slot().directory()).isEqualTo(DIRECTORY.resolve("slot-0"));
    }

    @Test
    void adoptOrphans_byTwo_isDoneByOneOfThem() throws IOException {
        Spooled ended = Spooled.open(files);
        Spooled first = Spooled.open(files);
        Spooled second = Spooled.open(files);
        ended.append(ended.store.startRun(LOGS), 1, 5, 100);
        ended.store.close();

        assertThat(first.store.adoptOrphans()).hasSize(1);
        assertThat(second.store.adoptOrphans()).isEmpty();
    }

    @Test
    void end_ofTheLastAdoptedRun_givesTheSlotBackEmpty() throws IOException {
        Spooled ended = Spooled.open(files);
        Spooled living = Spooled.open(files);
        ended.append(ended.store.startRun(LOGS), 1, 5, 100);
        ended.append(ended.store.startRun(LOGS), 1, 5, 100);
        ended.store.close();
        List<SpoolRun> adopted = living.store.adoptOrphans();
        living.store.end(adopted.get(0));
        assertThat(files.locks()).isEqualTo(2);
        living.store.end(adopted.get(1));

        assertThat(files.locks()).isEqualTo(1);
        assertThat(files.files(".seg")).isEmpty();
        assertThat(Spooled.open(files).store.runs()).isEmpty();
    }

    @Test
    void close_withAdoptedRuns_leavesThemForTheNext() throws IOException {
        Spooled ended = Spooled.open(files);
        Spooled living = Spooled.open(files);
        SpoolRun left = ended.store.startRun(LOGS);
        ended.append(left, 1, 40, 300);
        ended.store.close();
        living.store.ack(living.store.adoptOrphans().get(0), 11);
        living.store.close();
        assertThat(files.locks()).isZero();
        assertThat(files.openFiles()).isZero();

        Spooled next = Spooled.open(files);
        assertThat(next.onlyRun().streamId()).isEqualTo(left.streamId());
        assertThat(next.store.acked(next.onlyRun())).isEqualTo(11);
    }

    @Test
    void open_withASlotThatCannotBeUsed_takesTheNext() throws IOException {
        Spooled first = Spooled.open(files);
        first.append(first.store.startRun(LOGS), 1, 5, 100);
        first.store.close();
        files.failWhen(call -> call.path().toString().contains("slot-0"));

        Spooled spooled = Spooled.open(files);

        assertThat(spooled.store.runs()).isEmpty();
        assertThat(spooled.store.startRun(LOGS).slot().directory()).isEqualTo(DIRECTORY.resolve("slot-1"));
        files.failWhen(call -> false);
        assertThat(spooled.store.adoptOrphans()).as("when it can be used again").hasSize(1);
    }

    @Test
    void adoptOrphans_failingAtAnyOperation_leavesNothingOpenAndIsDoneLater() throws IOException {
        for (int at = 0; at < 120; at++) {
            FaultyFiles own = new FaultyFiles();
            Spooled ended = Spooled.open(own);
            Spooled living = Spooled.open(own);
            ended.append(ended.store.startRun(LOGS), 1, 30, 300);
            ended.store.close();
            int failing = own.callCount() + at;
            own.failWhen(call -> call.index() == failing);
            int open = own.openFiles();
            boolean adopted = !living.store.adoptOrphans().isEmpty();
            assertThat(own.locks()).isEqualTo(adopted ? 2 : 1);
            assertThat(own.openFiles()).isEqualTo(adopted ? open + 2 : open);
            own.failWhen(call -> false);
            living.store.adoptOrphans();
            SpoolRun run = living.onlyRun();
            assertThat(Spooled.sequences(run, living.readAll(run))).isEqualTo(range(1, 30));
        }
    }

    @Test
    void copyOfADirectory_isOneStreamTwiceUntilOneChangesIt() throws IOException {
        Spooled original = Spooled.open(files);
        SpoolRun run = original.store.startRun(LOGS);
        original.append(run, 1, 20, 300);
        FaultyFiles clone = files.restarted(FaultyFiles.Survival.ALL, new SplittableRandom(1));
        Spooled copy = Spooled.open(clone);
        SpoolRun inherited = copy.onlyRun();
        SpoolRun same = copy.store.startRun(LOGS);
        SpoolRun next = original.store.startRun(LOGS);
        assertThat(same.streamId()).isEqualTo(next.streamId());
        assertThat(same.epoch()).as("which the control center sees").isEqualTo(next.epoch());

        copy.store.changeStream();
        SpoolRun changed = copy.store.startRun(LOGS);
        copy.append(changed, 1, 3, 100);

        assertThat(changed.streamId()).isNotEqualTo(next.streamId());
        assertThat(Spooled.sequences(inherited, copy.readAll(inherited))).isEqualTo(range(1, 20));
        copy.store.close();
        Spooled again = Spooled.open(clone);
        assertThat(again.store.startRun(LOGS).streamId()).isEqualTo(changed.streamId());
        assertThat(again.store.runs()).hasSize(3);
    }

    @Test
    void changeStream_thatFails_changesNothing() throws IOException {
        Spooled spooled = Spooled.open(files);
        UUID before = spooled.store.startRun(LOGS).streamId();
        files.failWhen(call -> call.is(FaultyFiles.Op.REPLACE, "META"));
        assertThatThrownBy(spooled.store::changeStream).isInstanceOf(IOException.class);
        files.failWhen(call -> false);

        assertThat(spooled.store.startRun(LOGS).streamId()).isEqualTo(before);
    }

    @Test
    void startRun_thatFails_leavesNoEpochTwice() throws IOException {
        Spooled spooled = Spooled.open(files);
        Set<Long> epochs = new HashSet<>();
        for (FaultyFiles.Op op : FaultyFiles.Op.values()) {
            files.failWhen(call -> call.op() == op);
            try {
                assertThat(epochs.add(spooled.store.startRun(LOGS).epoch())).isTrue();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(op.name());
            }
            files.failWhen(call -> false);
            assertThat(epochs.add(spooled.store.startRun(LOGS).epoch())).isTrue();
        }
    }

    @Test
    void noteGap_twice_isOneGap() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 3, 100);
        spooled.store.reject(run, Spooled.batch(run, 4, 100), "full");
        spooled.store.reject(run, Spooled.batch(run, 5, 100), "full");
        spooled.store.noteGap(run, 1, new Stored.Gap(5, 5, Spooled.records(5), "full"));
        spooled.store.noteGap(run, 1, new Stored.Gap(4, 5, (int) recordsOf(4, 5), "full"));
        spooled.store.noteGap(run, 1, new Stored.Gap(4, 7, (int) recordsOf(4, 7), "full"));
        spooled.append(run, 8, 9, 100);

        List<Stored> stored = spooled.readAll(run);

        assertThat(Spooled.gaps(stored)).containsExactly(new Stored.Gap(4, 7, (int) recordsOf(4, 7), "full"));
        assertThat(Spooled.sequences(run, stored)).containsExactly(1L, 2L, 3L, 8L, 9L);
    }
}
