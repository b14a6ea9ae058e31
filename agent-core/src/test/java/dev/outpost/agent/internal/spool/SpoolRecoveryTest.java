package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.DIRECTORY;
import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.METRICS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static dev.outpost.agent.internal.spool.Spooled.recordsOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Starts on what somebody has damaged, deleted or put there. */
class SpoolRecoveryTest {

    private static final Path SLOT = DIRECTORY.resolve("slot-0");

    private final FaultyFiles files = new FaultyFiles();
    private SpoolRun old;

    @BeforeEach
    void leaveSomething() throws IOException {
        Spooled before = Spooled.open(files);
        old = before.store.startRun(LOGS);
        before.append(old, 1, 40, 300);
        before.store.ack(old, 12);
        before.store.close();
    }

    private List<Long> recover() throws IOException {
        Spooled after = Spooled.open(files);
        List<Long> found = Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun()));
        assertThat(after.onlyRun().streamId()).isEqualTo(old.streamId());
        assertThat(after.store.startRun(LOGS).epoch()).isGreaterThan(old.epoch());
        after.store.close();
        return found;
    }

    private void flip(Path file, int at) {
        byte[] content = files.content(file);
        content[at] ^= 1;
        files.put(file, content);
    }

    @Test
    void open_withoutMeta_findsTheRunsUnderTheirStream() throws IOException {
        files.remove(SLOT.resolve("META"));
        assertThat(recover()).isEqualTo(range(13, 40));
    }

    @Test
    void open_withAnyByteOfMetaWrong_findsTheRunsUnderTheirStream() throws IOException {
        int length = files.content(SLOT.resolve("META")).length;
        for (int at = 0; at < length; at++) {
            flip(SLOT.resolve("META"), at);
            assertThat(recover()).isEqualTo(range(13, 40));
        }
    }

    @Test
    void open_withMetaCutAnywhere_findsTheRunsUnderTheirStream() throws IOException {
        byte[] meta = files.content(SLOT.resolve("META"));
        for (int length = 0; length < meta.length; length++) {
            files.put(SLOT.resolve("META"), Arrays.copyOf(meta, length));
            assertThat(recover()).isEqualTo(range(13, 40));
        }
    }

    @Test
    void open_withMetaOfANewerVersion_leavesTheSlotAlone() throws IOException {
        for (int length : new int[] {38, 64, 200}) {
            ByteBuffer meta = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            meta.put(files.content(SLOT.resolve("META")), 0, 8).putShort((short) 2);
            meta.putInt(
                    length - 4,
                    FrameHeader.checksum(0, meta.duplicate().position(0).limit(length - 4)));
            files.put(SLOT.resolve("META"), meta.array());
            List<byte[]> before = files.files("slot-0/").stream()
                    .filter(path -> !path.endsWith("LOCK"))
                    .map(files::content)
                    .toList();

            Spooled after = Spooled.open(files);
            assertThat(after.store.runs()).isEmpty();
            after.append(after.store.startRun(LOGS), 1, 3, 100);
            after.store.ack(after.onlyRun(), 3);
            after.store.close();

            assertThat(files.files("slot-0/").stream()
                            .filter(path -> !path.endsWith("LOCK"))
                            .map(files::content)
                            .toList())
                    .usingRecursiveComparison()
                    .isEqualTo(before);
        }
    }

    @Test
    void open_withoutMetaAndSegments_countsEpochsOnFromAcksAndGaps() throws IOException {
        files.remove(SLOT.resolve("META"));
        files.files(".seg").forEach(files::remove);
        Spooled after = Spooled.open(files);
        assertThat(after.store.runs()).isEmpty();

        SpoolRun fresh = after.store.startRun(LOGS);
        assertThat(fresh.epoch()).isGreaterThan(old.epoch());
        assertThat(fresh.streamId()).isNotEqualTo(old.streamId());
    }

    @Test
    void open_withOneHalfOfTheAcksWrong_takesTheOther() throws IOException {
        for (int half = 0; half < 2; half++) {
            flip(SLOT.resolve("ACK"), half * AckFile.KIND.half() + 20);
            List<Long> found = recover();
            assertThat(found).endsWith(40L).doesNotContain(1L).containsAll(range(13, 40));
        }
    }

    @Test
    void open_withBothHalvesOfTheAcksWrong_givesSomeTwiceAndLosesNothing() throws IOException {
        byte[] garbage = new byte[9000];
        Arrays.fill(garbage, (byte) 0x5A);
        files.put(SLOT.resolve("ACK"), garbage);
        assertThat(recover()).containsAll(range(13, 40));
    }

    @Test
    void open_withAcksAheadOfTheData_holdsNothingAndGoesOn() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
        content.putShort((short) 1).putLong(old.epoch()).putLong(1_000_000).flip();
        TwoHalves acks = TwoHalves.open(SLOT.resolve("ACK"), files, AckFile.KIND);
        acks.read();
        acks.write(content, true);
        acks.close();

        Spooled after = Spooled.open(files);

        assertThat(after.store.runs()).isEmpty();
        SpoolRun fresh = after.store.startRun(LOGS);
        after.append(fresh, 1, 3, 100);
        assertThat(Spooled.sequences(fresh, after.readAll(fresh))).isEqualTo(range(1, 3));
    }

    @Test
    void open_withoutASegmentInTheMiddle_givesAGapInItsPlace() throws IOException {
        Path gone = files.files(".seg").get(1);
        files.remove(gone);

        Spooled after = Spooled.open(files);
        SpoolRun run = after.onlyRun();
        List<Stored> stored = after.readAll(run);

        assertThat(Spooled.gaps(stored)).hasSize(1).allMatch(gap -> gap.reason().equals("missing"));
        Stored.Gap gap = Spooled.gaps(stored).get(0);
        assertThat(Spooled.sequences(run, stored))
                .hasSize((int) (28 - (gap.through() - gap.from() + 1)))
                .endsWith(40L);
        assertThat(after.store.records(run)).isEqualTo(recordsOf(13, 40) - recordsOf(gap.from(), gap.through()));
    }

    @Test
    void read_whenASegmentIsDeletedByHand_tellsExactlyWhatIsLost() throws IOException {
        for (int which = 0; which < 3; which++) {
            FaultyFiles own = new FaultyFiles();
            Spooled live = Spooled.open(own);
            SpoolRun run = live.store.startRun(LOGS);
            live.append(run, 1, 40, 300);
            List<Path> segments = own.files(".seg");
            own.remove(segments.get(which == 2 ? segments.size() - 1 : which));

            List<Stored> stored = live.readAll(run);

            assertThat(live.lost).hasSize(1);
            Stored.Gap lost = live.lost.get(0);
            assertThat(lost.records()).isEqualTo((int) recordsOf(lost.from(), lost.through()));
            assertThat(Spooled.gaps(stored)).containsExactly(lost);
            assertThat(live.store.records(run)).isEqualTo(recordsOf(1, 40) - lost.records());
            live.append(run, 41, 45, 300);
            assertThat(Spooled.sequences(run, live.readAll(run))).containsAll(range(41, 45));
        }
    }

    @Test
    void read_againFromTheMiddleOfASegmentThatIsGone_tellsExactlyTheRest() throws IOException {
        Spooled after = Spooled.open(files);
        SpoolRun run = after.onlyRun();
        after.store.read(run, 13, 18, 1 << 20);
        after.store.read(run, 25, 30, 1 << 20); // another segment is open now
        after.store.ack(run, 15);
        Path first = files.files(".seg").get(0);
        files.remove(first);

        List<Stored> stored = after.readAll(run);

        assertThat(after.lost).hasSize(1);
        Stored.Gap lost = after.lost.get(0);
        assertThat(lost.from()).isEqualTo(16);
        assertThat(lost.records()).isEqualTo((int) recordsOf(16, lost.through()));
        assertThat(Spooled.sequences(run, stored)).isEqualTo(range(lost.through() + 1, 40));
    }

    @Test
    void open_withGapsWrong_losesTheNewsOnly() throws IOException {
        Spooled spooled = Spooled.open(files);
        spooled.store.reject(spooled.onlyRun(), Spooled.batch(spooled.onlyRun(), 20, 300), "rejected");
        spooled.store.close();
        assertThat(recover()).doesNotContain(20L).hasSize(27);
        byte[] gaps = files.content(SLOT.resolve("GAPS"));
        Arrays.fill(gaps, 100, GapFile.KIND.half(), (byte) 1);
        Arrays.fill(gaps, GapFile.KIND.half() + 100, 2 * GapFile.KIND.half(), (byte) 1);
        files.put(SLOT.resolve("GAPS"), gaps);

        assertThat(recover()).isEqualTo(range(13, 40));
    }

    @Test
    void gaps_afterAChangeOfStreamAndALostMeta_areToldUnderTheirOwnStream() throws IOException {
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.onlyRun();
        for (long sequence = 13; sequence <= 40; sequence++) {
            spooled.store.reject(run, Spooled.batch(run, sequence, 300), "rejected");
        }
        spooled.store.changeStream();
        spooled.store.close();
        files.files(".seg").forEach(files::remove);
        files.remove(SLOT.resolve("META"));

        Spooled after = Spooled.open(files);

        assertThat(after.onlyRun().streamId()).isEqualTo(old.streamId());
        assertThat(after.readAll(after.onlyRun()))
                .containsExactly(new Stored.Gap(13, 40, (int) recordsOf(13, 40), "rejected"));
    }

    @Test
    void open_withEmptySegments_deletesThem() throws IOException {
        Path chain = SLOT.resolve(LOGS.name());
        SegmentId headerOnly = new SegmentId(old.streamId(), 7, 1);
        files.put(chain.resolve("0000000000000006-0000000000000001.seg"), new byte[0]);
        files.put(
                chain.resolve(headerOnly.fileName()),
                new SegmentHeader(headerOnly, 5).encode().array());
        files.put(chain.resolve("0000000000000008-0000000000000001.seg"), new byte[4096]);

        assertThat(recover()).isEqualTo(range(13, 40));
        assertThat(files.files("000000000000000"))
                .noneMatch(path -> path.toString().matches(".*000[678]-.*"));
    }

    @Test
    void open_withForeignFiles_leavesThemAlone() throws IOException {
        Path chain = SLOT.resolve(LOGS.name());
        List<Path> foreign = List.of(
                DIRECTORY.resolve("README"),
                DIRECTORY.resolve("slot-99/x"),
                SLOT.resolve("notes.txt"),
                SLOT.resolve("lost+found/a"),
                SLOT.resolve("Desktop.ini"),
                SLOT.resolve("other/data"),
                chain.resolve("a.seg"),
                chain.resolve("ffffffffffffffff-0000000000000001.seg"),
                chain.resolve("7fffffffffffffff-0000000000000001.seg"),
                chain.resolve("0000000000000000-0000000000000000.seg"),
                chain.resolve("0000000000000001-0000000000000001.seg.gz"));
        foreign.forEach(path -> files.put(path, new byte[100]));

        assertThat(recover()).isEqualTo(range(13, 40));
        assertThat(foreign).allMatch(path -> files.content(path).length == 100);
    }

    @Test
    void open_withACopyOfAChain_readsEachSegmentOnce() throws IOException {
        for (Path segment : files.files(".seg")) {
            files.put(SLOT.resolve("logs-2.bak").resolve(segment.getFileName()), files.content(segment));
        }
        Spooled after = Spooled.open(files);

        assertThat(after.onlyRun().chain()).isEqualTo(LOGS);
        assertThat(after.store.records(after.onlyRun())).isEqualTo(recordsOf(13, 40));
        assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                .isEqualTo(range(13, 40));
    }

    @Test
    void open_withAnUnforcedTailThatWasWrittenAgain_prefersTheSecond() throws IOException {
        FaultyFiles own = new FaultyFiles();
        Spooled spooled = Spooled.open(own);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 3, 300);
        spooled.store.sync();
        spooled.append(run, 4, 7, 300);
        own.failWhen(call -> call.op() == FaultyFiles.Op.FORCE || call.op() == FaultyFiles.Op.TRUNCATE);
        spooled.store.sync();
        own.failWhen(call -> false);
        spooled.nextAttempt();
        spooled.append(run, 4, 9, 300);
        spooled.store.sync();
        Path first = own.files(".seg").get(0);
        byte[] content = own.content(first);
        Arrays.fill(content, 64 + 3 * 344, 64 + 4 * 344, (byte) 0); // one of the frames that were not forced
        FaultyFiles after = own.restarted(FaultyFiles.Survival.ALL, new java.util.SplittableRandom(1));
        after.put(first, content);

        Spooled recovered = Spooled.open(after);

        assertThat(recovered.store.records(recovered.onlyRun())).isEqualTo(recordsOf(1, 9));
        assertThat(Spooled.sequences(recovered.onlyRun(), recovered.readAll(recovered.onlyRun())))
                .isEqualTo(range(1, 9));
    }

    @Test
    void open_withASegmentThatCannotBeRead_readsTheOthers() throws IOException {
        Path bad = files.files(".seg").get(1);
        files.failWhen(call -> call.op() == FaultyFiles.Op.READ && call.path().equals(bad));
        Spooled after = Spooled.open(files);
        assertThat(after.store.damagedSegments()).isEqualTo(1);
        assertThat(Spooled.gaps(after.readAll(after.onlyRun()))).hasSize(1);
        after.store.close();
        assertThat(files.content(bad)).as("left where it is").isNotEmpty();

        files.failWhen(call -> false);
        assertThat(recover()).isEqualTo(range(13, 40));
    }

    @Test
    void open_withTenThousandSegments_findsThemAll() throws IOException {
        FaultyFiles many = new FaultyFiles();
        Spooled.open(many).store.startRun(METRICS);
        java.util.UUID stream = new java.util.UUID(5, 6);
        for (int i = 0; i < 10_000; i++) {
            SegmentId id = new SegmentId(stream, 1 + i / 2_500, 1 + i % 2_500 * 4);
            ByteBuffer segment = ByteBuffer.allocate(64 + 4 * 64);
            segment.put(new SegmentHeader(id, i + 1).encode());
            for (int n = 0; n < 4; n++) {
                long sequence = id.firstSequence() + n;
                Batch batch = new Batch(
                        sequence,
                        Spooled.records(sequence),
                        FrameType.METRICS,
                        0,
                        ByteBuffer.wrap(Spooled.body(id.epoch(), sequence, 24)));
                segment.put(batch.header(1, 9, id.seed()).encode(id.seed()))
                        .put(batch.body().duplicate());
            }
            many.put(DIRECTORY.resolve("slot-0").resolve(METRICS.name()).resolve(id.fileName()), segment.array());
        }
        Spooled after = Spooled.open(
                many.restarted(FaultyFiles.Survival.ALL, new java.util.SplittableRandom(1)),
                new SpoolLimits(1L << 30, 0, 4096));

        assertThat(after.store.runs()).hasSize(4);
        for (SpoolRun run : after.store.runs()) {
            assertThat(after.store.records(run)).isEqualTo(recordsOf(1, 10_000));
            List<Stored> stored = after.store.read(run, 1, 10_000, Integer.MAX_VALUE);
            assertThat(Spooled.sequences(run, stored)).isEqualTo(range(1, 10_000));
            after.store.ack(run, 10_000);
        }
        assertThat(after.store.usedBytes()).isZero();
    }
}
