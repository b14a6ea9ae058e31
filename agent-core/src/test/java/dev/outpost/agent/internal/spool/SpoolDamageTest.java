package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static dev.outpost.agent.internal.spool.Spooled.recordsOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Segments of which bytes are missing, wrong, or somebody else's. */
class SpoolDamageTest {

    private static final SpoolLimits ONE_SEGMENT = new SpoolLimits(1 << 20, 0, 20 * 1024);

    private final SplittableRandom random = new SplittableRandom(3);

    /** One closed segment of some 20 KB with frames of many sizes. */
    private static final class Whole {

        private final FaultyFiles files;
        private final Path segment;
        private final byte[] content;
        private final long epoch;
        private final int frames;

        private Whole(FaultyFiles files, Path segment, long epoch, int frames) {
            this.files = files;
            this.segment = segment;
            this.content = files.content(segment);
            this.epoch = epoch;
            this.frames = frames;
        }

        static Whole make() throws IOException {
            FaultyFiles files = new FaultyFiles();
            Spooled spooled = Spooled.open(files, ONE_SEGMENT);
            SpoolRun run = spooled.store.startRun(LOGS);
            int sequence = 1;
            while (true) {
                spooled.append(run, sequence, sequence, sequence * 131 % 900);
                if (files.files(".seg").size() > 1) {
                    break;
                }
                sequence++;
            }
            Path first = files.files(".seg").get(0);
            files.remove(files.files(".seg").get(1));
            return new Whole(files, first, run.epoch(), sequence - 1);
        }

        FaultyFiles with(byte[] other) {
            FaultyFiles copy = new FaultyFiles();
            files.files("/spool").stream()
                    .filter(path -> !path.endsWith("LOCK"))
                    .forEach(path -> copy.put(path, files.content(path)));
            copy.put(segment, other);
            return copy;
        }

        /** Opens a copy with another content, and reads; what is read and what is told lost must be what was counted. */
        List<Stored> read(byte[] other) throws IOException {
            return read(Spooled.open(with(other), ONE_SEGMENT));
        }

        static List<Stored> read(Spooled spooled) throws IOException {
            List<Stored> stored = new ArrayList<>();
            for (SpoolRun run : spooled.store.runs()) {
                long records = spooled.store.records(run);
                stored.addAll(spooled.readAll(run));
                Spooled.sequences(run, stored);
                long read = stored.stream()
                        .filter(Stored.Frame.class::isInstance)
                        .mapToLong(Stored::records)
                        .sum();
                long lost = spooled.lost.stream().mapToLong(Stored.Gap::records).sum();
                assertThat(read + lost).isEqualTo(records);
            }
            return stored;
        }
    }

    private static List<Long> frames(List<Stored> stored) {
        return stored.stream()
                .filter(Stored.Frame.class::isInstance)
                .map(Stored::from)
                .toList();
    }

    @Test
    void walk_ofASegmentCutAtAnyByte_findsAllFramesInFrontOfTheCut() throws IOException {
        Whole whole = Whole.make();
        List<Long> ends = ends(whole.content, whole);
        SegmentId id = id(whole);
        for (int cut = 0; cut < whole.content.length; cut++) {
            byte[] left = Arrays.copyOf(whole.content, cut);
            SegmentReader reader = new SegmentReader(new Bytes(left), id);
            int found = 0;
            for (Optional<FrameHeader> frame = reader.next(cut); frame.isPresent(); frame = reader.next(cut)) {
                found++;
                if (frame.get().sequence() != found || reader.body(frame.get()).isEmpty()) {
                    throw new AssertionError("a wrong frame after a cut at " + cut);
                }
            }
            int length = cut;
            assertThat(found).as("cut at %s", cut).isEqualTo((int)
                    ends.stream().filter(end -> end <= length).count());
        }
    }

    @Test
    void open_ofASegmentThatIsCut_findsAllFramesInFrontOfTheCut() throws IOException {
        Whole whole = Whole.make();
        List<Long> ends = ends(whole.content, whole);
        for (int cut = 0; cut < whole.content.length; cut += 1 + random.nextInt(9)) {
            int length = cut;
            List<Long> left = frames(whole.read(Arrays.copyOf(whole.content, cut)));
            long complete = ends.stream().filter(end -> end <= length).count();
            assertThat(left).as("cut at %s", cut).isEqualTo(range(1, complete));
        }
    }

    private static List<Long> ends(byte[] content, Whole whole) throws IOException {
        List<Long> ends = new ArrayList<>();
        SegmentReader reader = new SegmentReader(new Bytes(content), id(whole));
        while (reader.next(content.length).isPresent()) {
            ends.add(reader.position());
        }
        assertThat(ends).hasSize(whole.frames);
        return ends;
    }

    private static SegmentId id(Whole whole) {
        return SegmentHeader.decode(ByteBuffer.wrap(whole.content))
                .orElseThrow()
                .id();
    }

    @Test
    void walk_ofASegmentWithAnyBitWrong_losesOneFrameAtMost() throws IOException {
        Whole whole = Whole.make();
        SegmentId id = id(whole);
        byte[] content = whole.content;
        for (int bit = SegmentHeader.BYTES * 8; bit < content.length * 8; bit++) {
            content[bit / 8] ^= (byte) (1 << bit % 8);
            int good = 0;
            try (SegmentReader reader = new SegmentReader(new Bytes(content), id)) {
                for (Optional<FrameHeader> frame = reader.next(content.length);
                        frame.isPresent();
                        frame = reader.next(content.length)) {
                    FrameHeader header = frame.get();
                    Optional<ByteBuffer> body = reader.body(header);
                    if (body.isPresent()) {
                        good++;
                        byte[] expected = Spooled.body(whole.epoch, header.sequence(), header.bodyLength());
                        if (!Arrays.equals(body.get().array(), expected)
                                || header.records() != Spooled.records(header.sequence())) {
                            throw new AssertionError("a wrong record with bit " + bit + " flipped");
                        }
                    }
                }
            }
            if (good < whole.frames - 1) {
                throw new AssertionError("bit " + bit + " costs more than one frame: " + good + " are left");
            }
            content[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void open_ofASegmentWithAByteWrong_losesOneBatchAtMostAndTellsIt() throws IOException {
        Whole whole = Whole.make();
        for (int at = 0; at < whole.content.length; at += 1 + random.nextInt(7)) {
            byte[] wrong = whole.content.clone();
            wrong[at] ^= (byte) (1 << random.nextInt(8));
            List<Long> left = frames(whole.read(wrong));
            int least = at < SegmentHeader.BYTES ? whole.frames : whole.frames - 1;
            assertThat(left.size()).as("byte %s", at).isGreaterThanOrEqualTo(least);
        }
    }

    @Test
    void open_ofASegmentWithAnyBitOfItsHeaderWrong_losesNothing() throws IOException {
        Whole whole = Whole.make();
        for (int bit = 0; bit < SegmentHeader.BYTES * 8; bit++) {
            byte[] wrong = whole.content.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(frames(whole.read(wrong))).as("bit %s", bit).isEqualTo(range(1, whole.frames));
        }
    }

    @Test
    void open_ofAnotherStreamsSegmentWithADamagedHeader_losesNothing() throws IOException {
        FaultyFiles files = new FaultyFiles();
        Spooled spooled = Spooled.open(files);
        SpoolRun old = spooled.store.startRun(LOGS);
        spooled.append(old, 1, 40, 300);
        spooled.store.changeStream();
        spooled.append(spooled.store.startRun(LOGS), 1, 3, 100);
        spooled.store.close();
        Path damaged = files.files(".seg").get(1);
        byte[] content = files.content(damaged);
        content[20] ^= 1;
        files.put(damaged, content);

        Spooled after = Spooled.open(files);

        SpoolRun run = after.store.runs().get(0);
        assertThat(run.streamId()).isEqualTo(old.streamId());
        assertThat(Spooled.sequences(run, after.readAll(run))).isEqualTo(range(1, 40));
        assertThat(after.store.damagedSegments()).isEqualTo(1);
    }

    @Test
    void open_withGarbageBehindTheFrames_findsTheFrames() throws IOException {
        Whole whole = Whole.make();
        for (int i = 0; i < 50; i++) {
            byte[] longer = Arrays.copyOf(whole.content, whole.content.length + random.nextInt(5000));
            byte[] garbage = new byte[longer.length - whole.content.length];
            random.nextBytes(garbage);
            System.arraycopy(garbage, 0, longer, whole.content.length, garbage.length);
            assertThat(frames(whole.read(longer))).isEqualTo(range(1, whole.frames));
        }
    }

    @Test
    void open_withFramesOfAnotherEpochBehindTheFrames_doesNotTakeThem() throws IOException {
        Whole whole = Whole.make();
        SegmentId mine = id(whole);
        for (SegmentId other : List.of(
                new SegmentId(mine.streamId(), mine.epoch() + 1, mine.firstSequence()),
                new SegmentId(mine.streamId(), mine.epoch(), mine.firstSequence() + 1),
                new SegmentId(new java.util.UUID(1, 2), mine.epoch(), mine.firstSequence()))) {
            ByteBuffer frame = frame(other, whole.frames + 1L, new byte[96]);
            byte[] longer = Arrays.copyOf(whole.content, whole.content.length + frame.remaining());
            frame.get(longer, whole.content.length, frame.remaining());
            assertThat(frames(whole.read(longer))).isEqualTo(range(1, whole.frames));
        }
    }

    private static ByteBuffer frame(SegmentId id, long sequence, byte[] body) {
        Batch batch = new Batch(sequence, 1, FrameType.LOGS, 0, ByteBuffer.wrap(body));
        FrameHeader header = batch.header(2, 0, id.seed());
        ByteBuffer frame = ByteBuffer.allocate((int) header.frameBytes());
        return frame.put(header.encode(id.seed())).put(body).clear();
    }

    @Test
    void open_withAWholeSegmentInAPayload_neverTakesItsFrames() throws IOException {
        Whole whole = Whole.make();
        SegmentId id = id(whole);
        SegmentId other = new SegmentId(id.streamId(), id.epoch() + 7, 1);
        for (byte[] payload : List.of(whole.content, reframed(other, whole.frames))) {
            for (int shift = 0; shift < 8; shift++) {
                for (int cut : new int[] {0, 8, 100, 3000}) {
                    takesNoFrameOf(payload, shift, cut, whole, id);
                }
            }
        }
    }

    /** The payload's frame stands between two others; its header is damaged, so that its body is searched for frames. */
    private static void takesNoFrameOf(byte[] payload, int shift, int cut, Whole whole, SegmentId id)
            throws IOException {
        byte[] body = new byte[shift + payload.length - cut];
        System.arraycopy(payload, 0, body, shift, payload.length - cut);
        ByteBuffer carrying = frame(id, whole.frames + 1L, body);
        byte[] behindBody = Spooled.body(whole.epoch, whole.frames + 2L, 200);
        ByteBuffer behind = frame(id, whole.frames + 2L, behindBody);
        int at = whole.content.length;
        ByteBuffer all = ByteBuffer.allocate(at + carrying.remaining() + behind.remaining());
        all.put(whole.content).put(carrying).put(behind);
        all.array()[at + 20] ^= 4;
        List<Long> found = new ArrayList<>();
        SegmentReader reader = new SegmentReader(new Bytes(all.array()), id);
        for (Optional<FrameHeader> frame = reader.next(all.capacity());
                frame.isPresent();
                frame = reader.next(all.capacity())) {
            assertThat(reader.body(frame.get())).isPresent();
            found.add(frame.get().sequence());
        }
        List<Long> expected = new ArrayList<>(range(1, whole.frames));
        expected.add(whole.frames + 2L);
        assertThat(found).as("shifted by %s, without %s", shift, cut).isEqualTo(expected);
    }

    private static byte[] reframed(SegmentId id, int frames) {
        ByteBuffer segment = ByteBuffer.allocate(64 * 1024);
        segment.put(new SegmentHeader(id, 0).encode());
        for (long sequence = 1; sequence <= frames; sequence++) {
            segment.put(frame(id, sequence, Spooled.body(id.epoch(), sequence, 100)));
        }
        return Arrays.copyOf(segment.array(), segment.position());
    }

    @Test
    void walk_ofNothingButMagicNumbers_comesToItsEnd() throws IOException {
        ByteBuffer magics = ByteBuffer.allocate(1 << 20).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        while (magics.hasRemaining()) {
            magics.putInt(FrameHeader.MAGIC).putInt(8);
        }
        Bytes file = new Bytes(magics.array());
        SegmentReader reader = new SegmentReader(file, new SegmentId(new java.util.UUID(0, 1), 1, 1));

        assertThat(reader.next(magics.capacity())).isEmpty();
        assertThat(reader.isDamaged()).isTrue();
        assertThat(file.bytesRead()).isLessThan(2L * magics.capacity());
    }

    @Test
    void walk_ofAFileMuchShorterThanItShouldBe_readsItOnce() throws IOException {
        Bytes file = new Bytes(new byte[1000]);
        SegmentReader reader = new SegmentReader(file, new SegmentId(new java.util.UUID(0, 1), 1, 1));

        assertThat(reader.next(64 << 20)).isEmpty();
        assertThat(file.reads()).isLessThan(10);
    }

    @Test
    void read_ofADamagedBody_tellsItOnceAndKeepsItAside() throws IOException {
        Whole whole = Whole.make();
        byte[] wrong = whole.content.clone();
        wrong[wrong.length / 2] ^= 1;
        FaultyFiles files = whole.with(wrong);
        Spooled spooled = Spooled.open(files, ONE_SEGMENT);
        SpoolRun run = spooled.onlyRun();

        List<Stored> first = spooled.readAll(run);
        List<Stored> second = spooled.readAll(run);

        assertThat(second).isEqualTo(first);
        assertThat(spooled.lost).hasSize(1);
        assertThat(Spooled.gaps(first)).isEqualTo(spooled.lost);
        assertThat(files.files("quarantine/")).hasSize(1);
        assertThat(spooled.store.records(run)).isEqualTo(recordsOf(1, whole.frames) - records(spooled.lost));
    }

    private static long records(List<Stored.Gap> gaps) {
        return gaps.stream().mapToLong(Stored.Gap::records).sum();
    }

    @Test
    void read_ofFramesThatWereDamagedSinceTheyWereWritten_tellsTheirRecordsAsLost() throws IOException {
        FaultyFiles files = new FaultyFiles();
        Spooled spooled = Spooled.open(files);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 40, 300);
        Path segment = files.files(".seg").get(1);
        byte[] content = files.content(segment);
        Arrays.fill(content, 64 + 2 * 344, 64 + 4 * 344, (byte) 7);
        files.put(segment, content);

        List<Stored> stored = spooled.readAll(run);

        assertThat(Spooled.gaps(stored)).hasSize(1).isEqualTo(spooled.lost);
        assertThat(spooled.lost.get(0).records())
                .isEqualTo(recordsOf(
                        spooled.lost.get(0).from(), spooled.lost.get(0).through()));
        assertThat(Spooled.sequences(run, stored)).hasSize(38);
        assertThat(spooled.readAll(run)).isEqualTo(stored);
    }

    /** A file of which every read is counted. */
    private static final class Bytes implements SpoolFiles.OpenFile {
        private final byte[] content;
        private long bytesRead;
        private int reads;

        Bytes(byte[] content) {
            this.content = content;
        }

        long bytesRead() {
            return bytesRead;
        }

        int reads() {
            return reads;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            reads++;
            int length = (int) Math.min(into.remaining(), content.length - position);
            if (length <= 0) {
                return -1;
            }
            into.put(content, (int) position, length);
            bytesRead += length;
            return length;
        }

        @Override
        public void write(ByteBuffer[] from, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void close() {}
    }
}
