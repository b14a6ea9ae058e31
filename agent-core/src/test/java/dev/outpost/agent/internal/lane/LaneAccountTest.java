package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Batches;
import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.protocol.Signal;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Random operations on a {@link Lane}: nothing is lost or counted twice, and what is sent is in order. */
class LaneAccountTest {

    @Test
    void randomOperations_offeredIsDeliveredAndHeldAndDropped() {
        Cases.check(2_000, random -> new Model(random).run());
    }

    private static final class Model {
        private final SplittableRandom random;
        private final Lane lane;
        private final TreeSet<Long> held = new TreeSet<>();
        private int window;
        private long offered;
        private long sequences;
        private long lastSent;
        private long milestones;
        private long reached;

        Model(SplittableRandom random) {
            this.random = random;
            window = random.nextInt(1, 6);
            lane = new Lane("x", Signal.LOGS, 1_000, window, new Counters(), Lane::offer);
        }

        void run() {
            for (int step = 0; step < 200; step++) {
                operate();
                check();
            }
            lane.close();
            held.clear();
            check();
            assertThat(reached).as("milestones reached").isEqualTo(milestones);
            assertThat(lane.recordsHeld()).isZero();
        }

        private void operate() {
            switch (random.nextInt(8)) {
                case 0, 1 -> offer();
                case 2, 3 -> send();
                case 4 -> ack(random.nextLong(sequences + 1));
                case 5 -> {
                    lane.rewind();
                    lastSent = 0;
                }
                case 6 -> reject(random.nextLong(sequences + 2));
                default -> {
                    long before = reached;
                    milestones++;
                    lane.whenDelivered(() -> reached++);
                    assertThat(reached > before).as("reached at once").isEqualTo(held.isEmpty());
                }
            }
        }

        private void offer() {
            int records = random.nextInt(1, 50);
            offered += records;
            held.add(++sequences);
            lane.offer(Batches.of(records, records));
        }

        private void send() {
            Lane.Entry next = lane.nextToSend(0);
            if (next == null) {
                return;
            }
            assertThat(next.sequence()).as("sent in order").isGreaterThan(lastSent);
            if (next.batch() != null && random.nextInt(5) == 0) {
                lane.dropNext("too_large");
            } else {
                lane.sent();
                lastSent = next.sequence();
            }
        }

        private void ack(long sequence) {
            boolean expected = held.removeIf(each -> each <= sequence);

            assertThat(lane.ack(sequence, 0)).isEqualTo(expected);
        }

        private void reject(long sequence) {
            lane.rejected(sequence); // leaves a gap, which is held until it is acknowledged
        }

        private void check() {
            long dropped =
                    lane.dropped().values().stream().mapToLong(Long::longValue).sum();
            assertThat(lane.delivered() + lane.recordsHeld() + dropped).isEqualTo(offered);
            assertThat(lane.gate().heldBytes())
                    .as("bytes held, but for the reservations that the telemetry loop made")
                    .isEqualTo(lane.recordsHeld() - offered);
        }
    }
}
