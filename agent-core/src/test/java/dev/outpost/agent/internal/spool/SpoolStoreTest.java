package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static dev.outpost.agent.internal.spool.Spooled.recordsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpoolStoreTest {

    private final FaultyFiles files = new FaultyFiles();

    @Test
    void append_thenRead_givesWhatWasWritten() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 50, 300);

        List<Stored> stored = spooled.readAll(run);

        assertThat(Spooled.sequences(run, stored)).isEqualTo(range(1, 50));
        assertThat(Spooled.gaps(stored)).isEmpty();
        assertThat(spooled.written.get(run)).isEqualTo(50);
        assertThat(spooled.store.records(run)).isEqualTo(recordsOf(1, 50));
    }

    @Test
    void read_whileSmallBatchesAreAppended_seesEachOfThem() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        for (long sequence = 1; sequence <= 200; sequence++) {
            spooled.append(run, sequence, sequence, (int) (sequence % 30));
            List<Stored> stored = spooled.store.read(run, sequence, Long.MAX_VALUE, 1 << 20);
            assertThat(Spooled.sequences(run, stored)).containsExactly(sequence);
        }
        assertThat(spooled.lost).isEmpty();
    }

    @Test
    void read_behindTheLast_givesNothingAndNoGap() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        assertThat(spooled.store.read(run, 1, 100, 1000)).isEmpty();
        spooled.append(run, 1, 3, 100);

        assertThat(spooled.store.read(run, 4, 100, 1000)).isEmpty();
        assertThat(Spooled.sequences(run, spooled.store.read(run, 2, 100, 1 << 20)))
                .containsExactly(2L, 3L);
    }

    @Test
    void read_again_givesTheSame() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 60, 200);
        List<Stored> first = spooled.store.read(run, 1, 60, 1 << 20);

        assertThat(spooled.store.read(run, 1, 60, 1 << 20)).isEqualTo(first);
        assertThat(Spooled.sequences(run, spooled.store.read(run, 37, 41, 1 << 20)))
                .isEqualTo(range(37, 41));
        assertThat(Spooled.sequences(run, spooled.store.read(run, 55, 60, 1 << 20)))
                .isEqualTo(range(55, 60));
    }

    @Test
    void ack_ofWholeSegments_deletesTheirFiles() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 50, 300);
        int before = files.files(".seg").size();

        spooled.store.ack(run, 50);

        assertThat(before).isGreaterThan(3);
        assertThat(files.files(".seg")).hasSize(1); // the one that is written
        assertThat(spooled.store.records(run)).isZero();
        spooled.store.rest(run);
        assertThat(files.files(".seg")).isEmpty();
    }

    @Test
    void open_afterClose_findsWhatIsNotAcknowledged() throws IOException {
        Spooled before = Spooled.open(files);
        SpoolRun old = before.store.startRun(LOGS);
        before.append(old, 1, 50, 300);
        before.store.ack(old, 17);
        before.store.close();
        assertThat(files.openFiles()).isZero();
        assertThat(files.locks()).isZero();

        Spooled after = Spooled.open(files);
        SpoolRun run = after.onlyRun();

        assertThat(run.epoch()).isEqualTo(old.epoch());
        assertThat(run.streamId()).isEqualTo(old.streamId());
        assertThat(run.chain()).isEqualTo(LOGS);
        assertThat(after.store.acked(run)).isEqualTo(17);
        assertThat(after.store.last(run)).isEqualTo(50);
        assertThat(after.store.records(run)).isEqualTo(recordsOf(18, 50));
        assertThat(Spooled.sequences(run, after.readAll(run))).isEqualTo(range(18, 50));
        assertThat(after.store.startRun(LOGS).epoch()).isGreaterThan(old.epoch());
    }

    @Test
    void close_withEverythingAcknowledged_leavesNoSegment() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 50, 300);
        spooled.store.ack(run, 50);
        spooled.store.close();

        assertThat(files.files(".seg")).isEmpty();
    }

    @Test
    void usedBytes_throughoutALife_isWhatTheSegmentsTake() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        for (int step = 0; step < 20; step++) {
            spooled.append(run, step * 10 + 1, step * 10 + 10, 150);
            spooled.store.ack(run, step * 8L);
            assertThat(spooled.store.usedBytes())
                    .isEqualTo(files.files(".seg").stream()
                            .mapToLong(path -> files.content(path).length)
                            .sum());
        }
        spooled.store.end(run);
        assertThat(spooled.store.usedBytes()).isZero();
    }

    @Test
    void reject_putsAGapInTheBatchesPlaceAndKeepsItAside() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 9, 100);
        spooled.store.reject(run, Spooled.batch(run, 4, 100), "rejected");
        spooled.store.reject(run, Spooled.batch(run, 4, 100), "rejected");

        assertThat(Spooled.gaps(spooled.readAll(run)))
                .containsExactly(new Stored.Gap(4, 4, Spooled.records(4), "rejected"));
        assertThat(files.files("quarantine/")).hasSize(1);
        assertThat(spooled.store.records(run)).isEqualTo(recordsOf(1, 9) - Spooled.records(4));
    }

    @Test
    void quarantine_withMoreThanItMayHold_dropsTheOldest() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        for (long sequence = 1; sequence <= 20; sequence++) {
            spooled.store.reject(run, Spooled.batch(run, sequence, 100), "rejected");
        }
        assertThat(files.files("quarantine/")).hasSize(Quarantine.MOST_FILES);
        spooled.store.close();

        Spooled.open(files);
        assertThat(files.files("quarantine/")).hasSize(Quarantine.MOST_FILES);
    }

    @Test
    void rest_thenAppend_goesOnInAnotherSegment() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 3, 100);
        spooled.store.rest(run);
        spooled.append(run, 4, 6, 100);

        assertThat(files.files(".seg")).hasSize(2);
        assertThat(Spooled.sequences(run, spooled.readAll(run))).isEqualTo(range(1, 6));
    }

    @Test
    void changeStream_laterRunsAreOfTheOther_earlierStayReadable() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun first = spooled.store.startRun(LOGS);
        spooled.append(first, 1, 5, 100);
        spooled.store.changeStream();
        SpoolRun second = spooled.store.startRun(LOGS);
        spooled.append(second, 1, 5, 100);
        assertThat(second.streamId()).isNotEqualTo(first.streamId());
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        spooled.store.close();

        Spooled after = Spooled.open(files);

        assertThat(after.store.runs()).hasSize(2);
        for (SpoolRun run : after.store.runs()) {
            assertThat(run.streamId()).isEqualTo(run.epoch() == first.epoch() ? first.streamId() : second.streamId());
            assertThat(Spooled.sequences(run, after.readAll(run))).isEqualTo(range(1, 5));
        }
        assertThat(after.store.startRun(LOGS).streamId()).isEqualTo(second.streamId());
    }

    @Test
    void evictOlderThan_keepsASegmentWithAnythingNewer() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 20, 300);
        spooled.now = 5_000;
        spooled.append(run, 21, 21, 300); // into a segment that was made long before

        spooled.store.evictOlderThan(4_000);

        assertThat(spooled.lost).isNotEmpty().allMatch(gap -> gap.reason().equals("expired"));
        List<Stored> left = spooled.readAll(run);
        assertThat(Spooled.sequences(run, left)).contains(21L);
        assertThat(spooled.lost.stream().mapToLong(Stored.Gap::records).sum() + spooled.store.records(run))
                .isEqualTo(recordsOf(1, 21));
    }

    @Test
    void startRun_ofAChainThatNoDirectoryMayBeCalledLike_isRefused() throws IOException {
        Spooled spooled = Spooled.open(files);
        for (String name : List.of("", "..", "quarantine", "A", "a/b", "META")) {
            assertThatThrownBy(() -> spooled.store.startRun(new SpoolRun.Chain(name, 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void batch_thatNoReaderWouldAccept_isRefused() {
        ByteBuffer tooLarge = ByteBuffer.allocate(FrameHeader.MAX_BODY + 1);
        assertThatThrownBy(() -> new Batch(1, 1, FrameType.LOGS, 0, tooLarge))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Batch(0, 1, FrameType.LOGS, 0, ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
