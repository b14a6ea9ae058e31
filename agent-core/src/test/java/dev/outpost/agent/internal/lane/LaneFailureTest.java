package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.spool.FaultyFiles;
import dev.outpost.agent.internal.spool.FaultyFiles.Op;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.spool.SyncPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A chain whose disk fails, hangs or runs full at a bad moment: what the model of lanes has found, one by one. */
class LaneFailureTest {

    private static final int RECORDS = LaneBench.RECORDS;
    private static final int SEGMENT = 1_000;
    private static final Duration SYNC = Duration.ofMillis(100);
    private static final Duration LATE = Duration.ofMillis(1_100);
    private static final Duration REST = Duration.ofSeconds(31);
    private static final Duration RETRY = Duration.ofSeconds(61);

    private final FaultyFiles files = new FaultyFiles();
    private final List<String> reached = new ArrayList<>();
    private LaneBench bench = bench(settings());
    private Chain chain = bench.chain;
    private LaneAccount account = bench.lane.account();

    private static Spool settings() {
        return Spool.in(Path.of("/var/spool/agent"))
                .segmentBytes(SEGMENT)
                .maxBytes(1 << 20)
                .keepFreeBytes(0)
                .replaySpread(Duration.ZERO);
    }

    private LaneBench bench(Spool settings) {
        return new LaneBench(8, 1 << 20, settings, files);
    }

    private void start(Spool settings) {
        bench = bench(settings);
        chain = bench.chain;
        account = bench.lane.account();
        bench.settle();
    }

    @Test
    void startRun_failsOnce_isTriedAgain() {
        files.failWhen(call -> call.is(Op.REPLACE, "META") && bench.spool != null && bench.spool.canWrite());
        start(settings());
        files.failWhen(call -> false);

        bench.advance(RETRY);
        chain.onDisconnected();
        bench.offer(1);
        bench.advance(SYNC);

        assertThat(account.spooled()).isEqualTo(RECORDS);
    }

    @Test
    void open_diskDoesNotAnswer_sendsFromMemoryAndMovesToTheSpoolLater() {
        bench.turn();
        chain.onConnected();
        bench.offer(2);
        assertThat(chain.next()).as("without a name yet").isNull();

        bench.clock.advance(Duration.ofSeconds(5));
        bench.turn();
        Chain.Offer first = Objects.requireNonNull(chain.next());
        chain.sent(first);
        bench.settle();

        assertThat(bench.spool.problem()).isEmpty();
        chain.onDisconnected();
        bench.advance(SYNC);
        assertThat(account.spooled()).as("what was not sent").isEqualTo(RECORDS);
        assertThat(account.held()).as("what was sent keeps its name").isEqualTo(RECORDS);
        chain.onConnected();
        assertThat(bench.deliverAll()).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void open_cannotCountWhatItFinds_doesNotKeepTheSlotFromItself() {
        bench.settle();
        chain.onDisconnected();
        bench.offer(3);
        bench.advance(SYNC);
        bench.lane.close();
        bench.spool.close();
        bench.settle();
        List<Path> segments = files.files(".seg");
        int[] reads = {0};
        // Reading at the scan works, counting behind what is acknowledged does not.
        files.failWhen(call -> call.is(Op.OPEN_READ, ".seg") && ++reads[0] > segments.size());

        start(settings());
        files.failWhen(call -> false);
        bench.advance(RETRY);

        assertThat(account.recovered()).isEqualTo(3 * RECORDS);
        assertThat(files.locks()).isEqualTo(1);
    }

    @Test
    void offer_withPromiseBeforeTheSpoolIsOpen_isKeptOnceItIs() {
        bench.offer(promise());
        assertThat(reached).isEmpty();

        bench.settle();

        assertThat(reached).containsExactly("kept");
    }

    @Test
    void offer_diskHangsWhileTheDestinationTakes_leavesLittleInTheQueue() {
        bench.settle();
        chain.onConnected();
        long before = bench.disk.size();
        for (int i = 0; i < 20_000; i++) {
            bench.offerLarge(100_000);
            bench.clock.advance(LATE);
            bench.lane.check();
            bench.turn();
            Chain.Offer next = chain.next();
            if (next != null) {
                chain.sent(next);
                chain.ack(next.run().position(next.entry().through()));
            }
        }

        assertThat(account.delivered()).isEqualTo(20_000L * RECORDS);
        assertThat(bench.lane.gate().heldBytes()).isZero();
        assertThat(bench.disk.size() - before)
                .as("tasks: 32 MiB of batches and what belongs to them")
                .isLessThan(2_000);
    }

    @Test
    void whenSafe_rangeSplitBetweenTwoRuns_waitsForBoth() {
        bench.settle();
        chain.onConnected();
        bench.offer(1);
        Chain.Offer first = Objects.requireNonNull(chain.next());
        chain.sent(first);
        bench.offer(1);
        chain.whenSafe(promise());

        chain.onConflict();
        bench.settle();
        StreamPosition live = chain.announce().get(0);
        chain.sent(Objects.requireNonNull(chain.next()));
        chain.ack(new StreamPosition(live.streamId(), live.epoch(), 1));
        int keptEarly = reached.size();
        bench.advance(SYNC);

        assertThat(keptEarly)
                .as("the older run is neither acknowledged nor forced yet")
                .isZero();
        assertThat(reached).containsExactly("kept");
    }

    @Test
    void whenSafe_onlyGapsAreLeft_isKeptByTheDisk() {
        bench.settle();
        chain.onConnected();
        bench.offer(1);
        bench.sendAll();
        chain.rejected(chain.announce().get(0), "unknown");
        StreamPosition run = chain.announce().get(0);
        chain.rejected(new StreamPosition(run.streamId(), run.epoch(), 1), "rejected");
        chain.onDisconnected();

        chain.whenSafe(promise());
        bench.settle();

        assertThat(reached).containsExactly("kept");
    }

    @Test
    void noteGap_behindABatchThatFailed_doesNotCoverIt() {
        bench.settle();
        chain.onConnected();
        bench.offer(3);
        bench.sendAll();
        StreamPosition run = chain.announce().get(0);
        chain.rejected(new StreamPosition(run.streamId(), run.epoch(), 3), "rejected");
        files.failWhen(call -> call.op() == Op.CREATE && call.is(Op.CREATE, ".seg"));
        chain.onDisconnected();
        bench.settle();
        files.failWhen(call -> false);
        bench.advance(RETRY);
        bench.advance(SYNC);

        chain.onConnected();

        assertThat(bench.deliverAll()).containsExactly(1, 2, -1);
        assertThat(account.delivered()).isEqualTo(2 * RECORDS);
    }

    @Test
    void append_failsWithLaterOnesQueuedAfterAPause_leavesNoHole() {
        bench.settle();
        chain.onConnected();
        bench.offer(2);
        bench.clock.advance(LATE);
        bench.lane.check();
        for (int i = 0; i < 2; i++) { // both are acknowledged before the disk has done anything: spilling ends
            Chain.Offer next = Objects.requireNonNull(chain.next());
            chain.sent(next);
            chain.ack(next.run().position(next.entry().through()));
        }
        bench.offer(3);
        bench.clock.advance(LATE);
        bench.lane.check();
        int[] creates = {0};
        files.failWhen(call -> call.is(Op.CREATE, ".seg") && creates[0]++ == 0);
        bench.settle();
        chain.onDisconnected();
        bench.advance(RETRY);
        bench.advance(SYNC);

        assertThat(account.spooled()).isEqualTo(3 * RECORDS);
        chain.onConnected();
        assertThat(bench.deliverAll()).containsExactly(3, 4, 5);
        assertThat(bench.droppedTotal()).isZero();
    }

    @Test
    void onLost_batchInFlight_isNotTakenForStoredAgain() {
        start(settings().maxBytes(4 * SEGMENT));
        chain.onDisconnected();
        bench.offer(6);
        bench.advance(SYNC);
        chain.onConnected();
        bench.sendAll();

        bench.offer(30);
        bench.advance(LATE);
        bench.advance(SYNC);
        chain.onDisconnected();

        assertThat(bench.dropped("evicted"))
                .as("in flight, and not on disk any more")
                .isPositive();
        chain.onConnected();
        bench.deliverAll();
        assertThat(account.delivered() + bench.droppedTotal()).isEqualTo(36 * RECORDS);
        assertThat(account.spooled() + account.held()).isZero();
    }

    @Test
    void sync_failsThoughNothingWasToBeForced_isToldAndCountedOnce() {
        start(settings().sync(SyncPolicy.NEVER));
        chain.onDisconnected();
        bench.offer(4);
        bench.settle();
        assertThat(account.spooled()).isEqualTo(4 * RECORDS);

        files.failWhen(call -> call.is(Op.FORCE, ".seg"));
        bench.offer(promise());
        bench.settle();
        files.failWhen(call -> false);
        bench.advance(RETRY);

        assertThat(reached).as("nobody is told that it is safe").containsExactly(Chain.SPOOL_FAILED);
        assertThat(bench.dropped("not_forced")).isPositive();
        chain.onConnected();
        assertThat(bench.deliverAll()).startsWith(-1);
        assertThat(account.spooled() + account.held()).isZero();
        assertThat(account.delivered() + bench.droppedTotal()).isEqualTo(5 * RECORDS);
    }

    @Test
    void next_gapOnDiskGoesOnInMemory_isSentOnce() {
        bench.settle();
        chain.onConnected();
        bench.offer(3);
        for (int i = 0; i < 2; i++) {
            chain.dropNext(Objects.requireNonNull(chain.next()), "too_large_for_center");
            chain.sent(Objects.requireNonNull(chain.next()));
        }
        bench.settle();
        files.failWhen(call -> call.is(Op.CREATE, ".seg"));
        chain.onDisconnected();
        bench.settle();
        files.failWhen(call -> false);
        bench.advance(RETRY);
        chain.onConnected();

        List<Long> through = new ArrayList<>();
        for (Chain.Offer next = bench.nextAfterReading(); next != null; next = bench.nextAfterReading()) {
            through.add(next.entry().through());
            chain.sent(next);
        }

        assertThat(through).isSorted().doesNotHaveDuplicates().endsWith(3L);
    }

    @Test
    void dropOldest_manyBatches_costsTheDiskNothing() {
        bench.settle();
        chain.onConnected();
        bench.offer(100);
        long before = bench.disk.size();

        bench.lane.dropOldest(5_000);

        assertThat(bench.dropped("oldest_dropped")).isEqualTo(50 * RECORDS);
        assertThat(bench.disk.size()).isEqualTo(before);
    }

    @Test
    void dropOldest_nextToASentGap_doesNotGrowIt() {
        bench.settle();
        chain.onConnected();
        bench.offer(1);
        bench.lane.dropOldest(100);
        bench.sendAll();
        chain.onDisconnected();
        bench.offer(1);
        bench.lane.dropOldest(100);
        chain.onConnected();

        Chain.Offer first = Objects.requireNonNull(bench.nextAfterReading());
        assertThat(first.entry().through()).isEqualTo(1);
    }

    @Test
    void whenSafe_everythingDelivered_leavesTheFileToRest() {
        bench.settle();
        chain.onConnected();
        bench.offer(1);
        bench.sendAll();
        bench.advance(LATE);
        bench.advance(SYNC);
        StreamPosition run = chain.announce().get(0);
        chain.ack(new StreamPosition(run.streamId(), run.epoch(), 1));

        bench.lane.spillAll();
        bench.advance(REST);

        assertThat(files.files(".seg")).isEmpty();
    }

    @Test
    void append_diskHangsInIt_isSaidAndBreaksPromises_andGoesOnWhenItAnswers() {
        bench.settle();
        List<String> meanwhile = new ArrayList<>();
        files.failWhen(call -> {
            if (call.is(Op.FORCE, ".seg") && meanwhile.isEmpty()) {
                meanwhile.add("hangs");
                for (int second = 0; second < 7; second++) {
                    bench.clock.advance(Duration.ofSeconds(1));
                    bench.turn();
                }
                meanwhile.addAll(reached);
                bench.spool.problem().ifPresent(meanwhile::add);
            }
            return false;
        });

        bench.offer(promise());
        bench.settle();

        assertThat(meanwhile)
                .hasSize(3)
                .contains("hangs", "spool_failed")
                .last()
                .asString()
                .contains("does not answer");
        bench.advance(Duration.ofSeconds(1));
        assertThat(bench.spool.problem()).isEmpty();
        bench.offer(promise());
        bench.settle();
        assertThat(reached).containsExactly("spool_failed", "kept");
        assertThat(account.spooled()).isEqualTo(2 * RECORDS);
        assertThat(account.held()).isZero();
    }

    @Test
    void keepHouse_cannotCountWhatItAdopts_triesAgain() {
        bench.settle();
        chain.onConnected();
        bench.offer(3);
        bench.sendAll();
        chain.onDisconnected();
        bench.advance(SYNC);
        chain.onConnected();
        Chain.Offer first = Objects.requireNonNull(bench.nextAfterReading());
        chain.sent(first);
        chain.ack(first.run().position(1));
        LaneBench ended = bench;
        start(settings());
        ended.lane.close();
        ended.spool.close();
        ended.settle();
        int[] reads = {0};
        // The scan opens the segment once; counting what is behind the acknowledged batch opens it again.
        files.failWhen(call -> call.is(Op.OPEN_READ, ".seg") && ++reads[0] > 1);

        bench.advance(Duration.ofMinutes(1));
        assertThat(reads[0]).isGreaterThan(1);
        assertThat(account.recovered()).isZero();
        files.failWhen(call -> false);
        bench.advance(Duration.ofMinutes(1));

        assertThat(account.recovered()).isEqualTo(2 * RECORDS);
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
