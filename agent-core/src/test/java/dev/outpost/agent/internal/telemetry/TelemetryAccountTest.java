package dev.outpost.agent.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever happens: every record is delivered, in memory, or dropped and counted. */
class TelemetryAccountTest {

    @Test
    void randomOperations_emittedIsDeliveredAndHeldAndDropped() {
        Cases.check(1_000, random -> new Model(random).run());
    }

    private static final class Model {
        private final SplittableRandom random;
        private final FakeOutlet lane;
        private final Pipeline pipeline;
        private long emitted;
        private long flushesAsked;
        private long flushesDone;

        Model(SplittableRandom random) {
            this.random = random;
            lane = new FakeOutlet(random.nextInt(100, 5_000));
            BatchLimits limits = Pipeline.limits(random.nextInt(1, 20), random.nextInt(50, 2_000));
            pipeline = new Pipeline(64, OverflowPolicy.dropNewest(), limits, lane);
        }

        void run() {
            for (int step = 0; step < 300; step++) {
                operate();
            }
            finish();
        }

        private void operate() {
            long now = pipeline.clock.nanoTime();
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> publish(random.nextInt(30));
                case 3 -> pipeline.loop.doWork();
                case 4 -> pipeline.turn();
                case 5 -> pipeline.clock.advance(Duration.ofMillis(random.nextInt(3_000)));
                case 6 -> lane.gate().connected(random.nextBoolean(), now);
                case 7 -> {
                    flushesAsked++;
                    pipeline.loop.flush(() -> flushesDone++);
                }
                case 8 -> lane.gate().unsent(random.nextInt(2));
                default -> {
                    if (!lane.held.isEmpty()) {
                        lane.deliverOne(now);
                    }
                }
            }
        }

        private void publish(int records) {
            for (int i = 0; i < records; i++) {
                pipeline.logs.publish(Severity.INFO, "record number " + emitted++);
            }
            assertThat(pipeline.stats.takenCount() + pipeline.dropped()).isEqualTo(emitted);
        }

        /** Empties everything: then nothing is in ring or open batch, and all must be accounted for. */
        private void finish() {
            flushesAsked++;
            pipeline.loop.flush(() -> flushesDone++);
            pipeline.turn();
            while (flushesDone < flushesAsked || !lane.held.isEmpty()) {
                if (!lane.held.isEmpty()) {
                    lane.deliverOne(pipeline.clock.nanoTime());
                }
                pipeline.turn();
            }

            assertThat(pipeline.ring.depth()).isZero();
            assertThat(lane.deliveredRecords() + lane.refusedRecords + pipeline.dropped())
                    .isEqualTo(emitted);
            assertThat(lane.bodies()).hasSize((int) lane.deliveredRecords()).doesNotHaveDuplicates();
            assertThat(lane.gate().heldBytes()).isZero();
        }
    }
}
