package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.StreamPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A chain without a spool. */
class ChainTest {

    private static final int WINDOW = 3;
    private static final int RECORDS = LaneBench.RECORDS;

    private final LaneBench bench = new LaneBench(WINDOW);
    private final Chain chain = bench.chain;
    private final LaneAccount account = bench.lane.account();
    private final List<String> reached = new ArrayList<>();

    @BeforeEach
    void connect() {
        chain.onConnected();
    }

    @Test
    void offer_batches_areNumberedFromOne() {
        bench.offer(2);

        assertThat(next().entry().through()).isEqualTo(1);
        assertThat(bench.sendAll()).containsExactly(1, 2);
    }

    @Test
    void next_windowFull_isNullUntilAcknowledged() {
        bench.offer(5);
        assertThat(bench.sendAll()).containsExactly(1, 2, 3);

        ack(1);
        assertThat(bench.sendAll()).containsExactly(4);
        chain.window(1);
        ack(3);
        assertThat(bench.sendAll()).isEmpty();
    }

    @Test
    void ack_cumulative_deliversAllUpToIt() {
        bench.offer(3);
        bench.sendAll();

        assertThat(ack(2)).isTrue();

        assertThat(account.delivered()).isEqualTo(2 * RECORDS);
        assertThat(account.held()).isEqualTo(RECORDS);
        assertThat(chain.announce()).extracting(StreamPosition::sequence).containsExactly(2L);
    }

    @Test
    void ack_lateOrRepeated_isWithoutEffect() {
        bench.offer(3);
        bench.sendAll();
        ack(3);

        assertThat(ack(3)).isFalse();
        assertThat(ack(1)).isFalse();
        assertThat(account.delivered()).isEqualTo(3 * RECORDS);
    }

    @Test
    void ack_ofBatchesThatWaitToBeSentAgain_deliversThem() {
        bench.offer(3);
        bench.sendAll();
        chain.onDisconnected();

        assertThat(ack(2)).isTrue();

        assertThat(bench.sendAll()).containsExactly(3);
        assertThat(account.delivered()).isEqualTo(2 * RECORDS);
    }

    @Test
    void knows_positionsThatWereSent_andNoOthers() {
        bench.offer(2);
        bench.sendAll();
        bench.offer(1);
        StreamPosition own = position(2);

        assertThat(chain.knows(own)).isTrue();
        assertThat(chain.knows(position(0))).isTrue();
        assertThat(chain.knows(position(3))).isFalse();
        assertThat(chain.knows(position(-1))).isFalse();
        assertThat(chain.knows(new StreamPosition(own.streamId(), own.epoch() + 1, 1)))
                .isFalse();
        assertThat(chain.knows(new StreamPosition(new UUID(1, 2), own.epoch(), 1)))
                .isFalse();
    }

    @Test
    void onDisconnected_inFlight_isSentAgainFirstAndInOrder() {
        bench.offer(5);
        bench.sendAll();
        ack(1);

        chain.onDisconnected();

        assertThat(bench.sendAll()).containsExactly(2, 3, 4);
    }

    @Test
    void pauseUntil_before_givesNothing() {
        bench.offer(1);
        chain.pauseUntil(bench.clock.nanoTime() + 20);

        bench.clock.advance(Duration.ofNanos(19));
        assertThat(chain.next()).isNull();
        bench.clock.advance(Duration.ofNanos(1));
        assertThat(chain.next()).isNotNull();
    }

    @Test
    void rejected_oneOfMany_dropsItAndGoesOn() {
        bench.offer(3);
        bench.sendAll();

        chain.rejected(position(2), "rejected");

        assertThat(bench.dropped("rejected")).isEqualTo(RECORDS);
        assertThat(account.held()).isEqualTo(2 * RECORDS);
        ack(3);
        assertThat(account.delivered()).isEqualTo(2 * RECORDS);
    }

    @Test
    void rejected_unknownOrTwice_isWithoutEffect() {
        bench.offer(1);
        chain.rejected(position(1), "rejected");
        assertThat(bench.dropped("rejected")).as("not sent yet").isZero();
        bench.sendAll();
        chain.rejected(position(7), "rejected");
        chain.rejected(position(1), "rejected");
        chain.rejected(position(1), "rejected");

        assertThat(bench.dropped("rejected")).isEqualTo(RECORDS);
        assertThat(account.held()).isZero();
    }

    @Test
    void rejected_thenRewound_isSentAsAGap() {
        bench.offer(3);
        bench.sendAll();
        chain.rejected(position(2), "rejected");

        chain.onDisconnected();

        assertThat(bench.sendAll()).containsExactly(1, -1, 3);
    }

    @Test
    void dropNext_leavesAGapThatIsSentAndAcknowledged() {
        bench.offer(2);

        chain.dropNext(next(), "too_large_for_center");

        assertThat(bench.dropped("too_large_for_center")).isEqualTo(RECORDS);
        assertThat(bench.sendAll()).containsExactly(-1, 2);
        ack(2);
        assertThat(account.delivered())
                .as("records of the batch behind the gap")
                .isEqualTo(RECORDS);
        assertThat(account.held()).isZero();
    }

    @Test
    void dropOldest_waitingBatches_becomeOneGap() {
        bench.offer(5);
        chain.sent(next());

        bench.lane.dropOldest(250);

        assertThat(bench.dropped("oldest_dropped")).isEqualTo(3 * RECORDS);
        Chain.Offer gap = next();
        assertThat(gap.entry().from()).isEqualTo(2);
        assertThat(gap.entry().through()).isEqualTo(4);
        assertThat(gap.entry().records()).isEqualTo(3 * RECORDS);
        assertThat(bench.sendAll()).containsExactly(-1, 5);
        assertThat(bench.lane.gate().heldBytes()).isEqualTo(200);
    }

    @Test
    void whenDelivered_isKeptOnceAllThatWasHeldIsGone() {
        bench.offer(2);
        bench.lane.whenDelivered(promise("first two"));
        bench.offer(1);
        bench.lane.whenDelivered(promise("all"));
        bench.sendAll();

        ack(1);
        assertThat(reached).isEmpty();
        chain.rejected(position(2), "rejected");
        assertThat(reached).as("the gap is not acknowledged yet").isEmpty();
        ack(2);
        assertThat(reached).containsExactly("first two kept");
        ack(3);
        assertThat(reached).containsExactly("first two kept", "all kept");
    }

    @Test
    void whenDelivered_emptyChain_isKeptAtOnce() {
        bench.lane.whenDelivered(promise("now"));

        assertThat(reached).containsExactly("now kept");
    }

    @Test
    void offer_batchWithPromise_isKeptByItsAcknowledgement() {
        bench.offer(promise("durable"));
        bench.sendAll();
        assertThat(reached).isEmpty();

        ack(1);

        assertThat(reached).containsExactly("durable kept");
    }

    @Test
    void rejected_batchWithPromise_breaksIt() {
        bench.offer(promise("durable"));
        bench.sendAll();

        chain.rejected(position(1), "rejected");

        assertThat(reached).containsExactly("durable rejected");
    }

    @Test
    void close_whatIsLeft_isDroppedAndCounted() {
        bench.offer(4);
        bench.sendAll();
        bench.lane.whenDelivered(promise("delivery"));

        bench.lane.close();

        assertThat(bench.dropped("closed")).isEqualTo(4 * RECORDS);
        assertThat(account.held()).isZero();
        assertThat(bench.lane.gate().heldBytes()).isZero();
        assertThat(reached).containsExactly("delivery closed");
        assertThat(chain.next()).isNull();
    }

    @Test
    void offer_afterClose_isDroppedAndCounted() {
        bench.lane.close();

        bench.offer(1);

        assertThat(bench.dropped("closed")).isEqualTo(RECORDS);
        assertThat(account.held()).isZero();
    }

    @Test
    void refuse_batchWithoutRoom_isCountedAndBreaksItsPromises() {
        bench.lane.refuse(Batches.of(RECORDS, java.nio.ByteBuffer.allocate(1), 0, promise("durable")));

        assertThat(bench.dropped("lane_full")).isEqualTo(RECORDS);
        assertThat(reached).containsExactly("durable lane_full");
    }

    @Test
    void onConflict_unsentBatches_getAnotherName() {
        bench.offer(1);
        bench.sendAll();
        bench.offer(2);
        StreamPosition before = position(1);

        chain.onConflict();

        Chain.Offer next = next();
        assertThat(next.run().position(1)).isNotEqualTo(before);
        assertThat(next.entry().through()).isEqualTo(1);
        assertThat(LaneBench.numberOf(next)).isEqualTo(2);
    }

    private Chain.Offer next() {
        return Objects.requireNonNull(chain.next());
    }

    private StreamPosition position(long sequence) {
        StreamPosition announced = chain.announce().get(0);
        return new StreamPosition(announced.streamId(), announced.epoch(), sequence);
    }

    private boolean ack(long sequence) {
        return chain.ack(position(sequence));
    }

    private Promise promise(String name) {
        return new Promise() {
            @Override
            public void kept() {
                reached.add(name + " kept");
            }

            @Override
            public void broken(String reason) {
                reached.add(name + " " + reason);
            }
        };
    }
}
