package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.spool.DiskFiles;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.spool.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain with a spool in a real directory. */
class SpooledChainTest {

    private static final int RECORDS = LaneBench.RECORDS;
    private static final Duration LATE = Duration.ofMillis(1_100);
    private static final Duration SYNC = Duration.ofMillis(100);

    @TempDir
    Path directory;

    private final List<String> reached = new ArrayList<>();
    private LaneBench bench;
    private Chain chain;
    private LaneAccount account;

    @BeforeEach
    void open() {
        start(settings());
        chain.onConnected();
    }

    private Spool settings() {
        return Spool.in(directory.resolve("spool"))
                .maxBytes(4L << 20)
                .segmentBytes(64 << 10)
                .keepFreeBytes(0)
                .replaySpread(Duration.ZERO);
    }

    private void start(Spool settings) {
        bench = new LaneBench(8, 1 << 20, settings, new DiskFiles());
        chain = bench.chain;
        account = bench.lane.account();
        bench.settle();
    }

    /** The process is killed: what the disk was not asked for yet never happens; then another starts. */
    private void killAndStart() throws IOException {
        bench.disk.forgetAll();
        // A killed process's locks are the system's to free. This one lives on, so its directory moves on without them.
        Path copy = directory.resolve("spool-after-" + System.identityHashCode(bench));
        copyTree(directory.resolve("spool"), copy);
        start(in(copy));
    }

    private Spool in(Path path) {
        Spool before = settings();
        return new Spool(
                path,
                before.maxBytes(),
                before.keepFreeBytes(),
                before.segmentBytes(),
                before.sync(),
                before.spillAfter(),
                before.maxAge(),
                before.replaySpread());
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    @Test
    void offer_acknowledgedInTime_neverTouchesTheDisk() throws IOException {
        for (int i = 0; i < 20; i++) {
            bench.offer();
            bench.deliverAll();
            bench.advance(Duration.ofMillis(300));
        }

        assertThat(account.delivered()).isEqualTo(20 * RECORDS);
        assertThat(segments()).isEmpty();
    }

    @Test
    void check_batchUnacknowledgedForTooLong_isSpooled() throws IOException {
        bench.offer(2);
        bench.sendAll();

        bench.advance(LATE);
        bench.advance(SYNC);

        assertThat(account.spooled()).isEqualTo(2 * RECORDS);
        assertThat(account.held()).isZero();
        assertThat(segments()).hasSize(1);
        ack(2);
        assertThat(account.delivered()).isEqualTo(2 * RECORDS);
        assertThat(account.spooled()).isZero();
    }

    @Test
    void onDisconnected_isSpooledAtOnce_andReplayedInOrderAfterwards() {
        bench.offer(3);
        bench.sendAll();

        chain.onDisconnected();
        bench.offer(3);
        bench.advance(SYNC);

        assertThat(account.spooled()).isEqualTo(6 * RECORDS);
        assertThat(bench.lane.gate().heldBytes()).isZero();
        chain.onConnected();
        assertThat(bench.deliverAll()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(account.delivered()).isEqualTo(6 * RECORDS);
        assertThat(account.spooled() + account.held()).isZero();
    }

    @Test
    void restart_unacknowledged_isReplayedUnderItsOldName() throws IOException {
        bench.offer(3);
        bench.sendAll();
        StreamPosition first = chain.announce().get(0);
        chain.onDisconnected();
        bench.advance(SYNC);

        killAndStart();

        assertThat(account.recovered()).isEqualTo(3 * RECORDS);
        assertThat(account.spooled()).isEqualTo(3 * RECORDS);
        chain.onConnected();
        StreamPosition now = chain.announce().get(0);
        assertThat(now.streamId()).isEqualTo(first.streamId());
        assertThat(now.epoch()).isGreaterThan(first.epoch());
        bench.settle();
        chain.next();
        bench.settle();
        Chain.Offer replayed = Objects.requireNonNull(chain.next());
        assertThat(replayed.run().position(1)).isEqualTo(new StreamPosition(first.streamId(), first.epoch(), 1));
        assertThat(bench.deliverAll()).containsExactly(1, 2, 3);
        assertThat(account.spooled()).isZero();
        assertThat(account.delivered()).isEqualTo(3 * RECORDS);
    }

    @Test
    void restart_afterAcknowledgedFromMemory_usesNewNames() throws IOException {
        bench.offer(3);
        bench.deliverAll();
        StreamPosition before = chain.announce().get(0);

        killAndStart();
        chain.onConnected();
        bench.offer(1);

        assertThat(chain.announce().get(0).epoch()).isGreaterThan(before.epoch());
        assertThat(bench.deliverAll()).hasSize(1);
    }

    @Test
    void onConnected_withALargeBacklog_sendsLiveBatchesAndOldOnesInTurn() {
        chain.onDisconnected();
        for (int i = 0; i < 12_000; i++) {
            bench.offer();
            if (i % 100 == 0) {
                bench.advance(SYNC);
            }
        }
        bench.advance(SYNC);
        chain.onConnected();
        bench.settle();
        chain.next();
        bench.settle();

        bench.offer(5);
        List<Integer> first = bench.deliverAll().subList(0, 9);

        assertThat(first).containsSubsequence(12_001, 12_002, 12_003, 12_004);
        assertThat(first).containsSubsequence(1, 2, 3, 4);
        assertThat(account.delivered()).isEqualTo(12_005L * RECORDS);
        assertThat(account.spooled() + account.held()).isZero();
    }

    @Test
    void offer_withoutRoomOnDisk_evictsTheOldestAndTellsTheGap() {
        chain.onDisconnected();
        int offered = 40_000;
        for (int i = 0; i < offered; i++) {
            bench.offer();
            if (i % 100 == 0) {
                bench.advance(SYNC);
            }
        }
        bench.advance(SYNC);
        chain.onConnected();

        List<Integer> delivered = bench.deliverAll();

        long evicted = bench.dropped("quota");
        assertThat(evicted).isPositive();
        assertThat(account.delivered() + evicted).isEqualTo((long) offered * RECORDS);
        assertThat(delivered.get(0)).as("a gap comes first").isEqualTo(-1);
        List<Integer> kept = delivered.subList(1, delivered.size());
        int from = (int) (evicted / RECORDS) + 1;
        assertThat(kept)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(from, offered).boxed().toList());
    }

    @Test
    void rejected_spooledBatch_isAGapForEver() throws IOException {
        bench.offer(3);
        chain.onDisconnected();
        bench.advance(SYNC);
        chain.onConnected();
        bench.sendAll();
        chain.rejected(position(2), "rejected");
        bench.settle();
        assertThat(bench.dropped("rejected")).isEqualTo(RECORDS);
        assertThat(directory.resolve("spool/slot-0/quarantine")).isDirectoryContaining("glob:**.seg");

        killAndStart();
        chain.onConnected();

        assertThat(bench.deliverAll()).containsExactly(1, -1, 3);
        assertThat(directory.resolve("spool/slot-0/quarantine")).isDirectoryContaining("glob:**.seg");
    }

    @Test
    void offer_withPromiseWhileAway_isKeptByTheDisk() {
        chain.onDisconnected();

        bench.offer(promise());
        assertThat(reached).isEmpty();
        bench.settle();

        assertThat(reached).containsExactly("kept");
    }

    @Test
    void offer_withPromiseWhileConnected_isKeptByTheAcknowledgementOrTheDisk() {
        bench.offer(promise());
        bench.deliverAll();
        assertThat(reached).containsExactly("kept");

        bench.offer(promise());
        bench.sendAll();
        bench.advance(Duration.ofMillis(10));

        assertThat(reached).containsExactly("kept", "kept");
    }

    @Test
    void offer_withPromiseBeforeTheSpoolIsOpen_isKeptByTheDisk() {
        bench = new LaneBench(8, 1 << 20, in(directory.resolve("late")), new DiskFiles());
        bench.offer(promise());
        assertThat(reached).isEmpty();

        bench.settle();

        assertThat(reached).containsExactly("kept");
    }

    @Test
    void close_deliveredBeforeItWasForced_leavesNothingOnDisk() throws IOException {
        start(in(directory.resolve("ahead")).spillAfter(Duration.ZERO));
        chain.onConnected();
        bench.offer(2);
        assertThat(bench.deliverAll()).containsExactly(1, 2);
        assertThat(segments()).hasSize(1);

        chain.close();
        bench.spool.close();
        bench.settle();

        assertThat(segments()).isEmpty();
    }

    @Test
    void spillAfterZero_eachBatchReadBeforeTheNextIsWritten_noneIsMissing() {
        start(in(directory.resolve("ahead")).spillAfter(Duration.ZERO));
        chain.onConnected();

        for (int number = 1; number <= 20; number++) {
            bench.offer();
            bench.advance(SYNC);
            assertThat(bench.deliverAll()).containsExactly(number);
        }
        assertThat(account.delivered()).isEqualTo(20 * RECORDS);
        assertThat(account.spooled()).isZero();
    }

    @Test
    void wallClock_jumpsBackAndForth_neitherExpiresNorReordersAnything() throws IOException {
        chain.onDisconnected();
        Instant before = Instant.parse("2026-11-01T12:00:00Z");
        for (int batch = 0; batch < 20; batch++) {
            bench.clock.setWall(before.plus(Duration.ofDays(batch % 2 == 0 ? 365 : -365)));
            bench.offer();
            bench.advance(Duration.ofSeconds(61)); // long enough for the spool to look for what is too old
        }

        killAndStart();
        bench.clock.setWall(before.minus(Duration.ofDays(3_650)));
        bench.advance(Duration.ofSeconds(61));
        chain.onConnected();

        assertThat(bench.deliverAll())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
    }

    @Test
    void maxAge_wallClockToBeTrusted_expiresWhatIsTooOld() {
        chain.onDisconnected();
        bench.offer(2);
        bench.advance(SYNC);
        for (int day = 0; day < 9; day++) {
            bench.advance(Duration.ofDays(1));
        }

        assertThat(bench.dropped("expired")).isEqualTo(2 * RECORDS);
        assertThat(account.spooled()).isZero();
    }

    @Test
    void gate_whileWhatComesIsWritten_isWorthWaitingFor() {
        bench.offer(promise());
        bench.sendAll();
        bench.advance(Duration.ofMillis(10));
        assertThat(bench.lane.gate().moving(bench.clock.nanoTime(), 1)).isTrue();

        chain.onDisconnected();
        bench.advance(SYNC);
        assertThat(bench.lane.gate().moving(bench.clock.nanoTime(), 1)).isTrue();
    }

    @Test
    void spillAfterZero_writesEveryBatchAhead() {
        bench.spool.close();
        bench.disk.step();
        start(in(directory.resolve("ahead")).spillAfter(Duration.ZERO));
        chain.onConnected();

        bench.offer(2);
        bench.advance(SYNC);

        assertThat(account.spooled()).isEqualTo(2 * RECORDS);
        assertThat(bench.deliverAll()).containsExactly(1, 2);
        bench.offer(1);
        bench.advance(SYNC);
        assertThat(account.spooled()).isEqualTo(RECORDS);
    }

    @Test
    void open_directoryThatCannotBeMade_worksFromMemoryAndRecovers() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        start(in(file.resolve("spool")));
        chain.onConnected();
        bench.offer(2);

        assertThat(bench.spool.problem()).isPresent();
        assertThat(bench.deliverAll()).containsExactly(1, 2);

        Files.delete(file);
        bench.advance(Duration.ofSeconds(61));
        assertThat(bench.spool.problem()).isEmpty();
        chain.onDisconnected();
        bench.offer(1);
        bench.advance(SYNC);
        assertThat(account.spooled()).isEqualTo(RECORDS);
    }

    @Test
    void onConflict_goesOnUnderAnotherStream() {
        bench.offer(1);
        StreamPosition before = chain.announce().get(0);

        bench.spool.changeStream(chain::onConflict);
        bench.settle();

        assertThat(chain.announce().get(0).streamId()).isNotEqualTo(before.streamId());
        assertThat(bench.deliverAll()).containsExactly(1);
    }

    private List<Path> segments() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".seg")).toList();
        }
    }

    private StreamPosition position(long sequence) {
        StreamPosition announced = chain.announce().get(0);
        return new StreamPosition(announced.streamId(), announced.epoch(), sequence);
    }

    private void ack(long sequence) {
        chain.ack(position(sequence));
        bench.settle();
    }

    private Promise promise() {
        return new Promise() {
            @Override
            public void kept() {
                reached.add("kept");
            }

            @Override
            public void broken(String reason) {
                reached.add(reason);
            }
        };
    }
}
