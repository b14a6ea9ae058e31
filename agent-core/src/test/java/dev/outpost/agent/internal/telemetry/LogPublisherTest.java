package dev.outpost.agent.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.otlp.OtlpLogReader;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogPublisherTest {

    private static Promise promise(CompletableFuture<Void> future) {
        return new DurableRecord(future, 1, Runnable::run);
    }

    private static final int SLOTS = 64;
    private static final OverflowPolicy WAITS_FROM_WARN =
            OverflowPolicy.blockFor(Duration.ofMillis(50)).fromSeverity(Severity.WARN);

    private final FakeOutlet lane = new FakeOutlet(64 << 20);
    private final Pipeline pipeline = pipeline(OverflowPolicy.dropNewest());

    @Test
    void publish_allForms_carryTheirContent() {
        pipeline.logs.publish(Severity.TRACE, "plain");
        pipeline.logs.publish(Severity.WARN, "one", "k", "v");
        pipeline.logs.publish(Severity.ERROR, "two", "k1", "v1", "k2", "v2");
        Attributes attributes = Attributes.builder().put("n", 5).build();
        LogRecord own =
                new LogRecord(77, Severity.FATAL, "own", attributes, "0".repeat(31) + "1", "0".repeat(15) + "2");
        pipeline.logs.publish(own);
        pipeline.logs.publish(own, Attributes.of("more", "x"));
        pipeline.loop.flush(() -> {});
        pipeline.turn();

        long now = pipeline.clock.epochNanos();
        List<LogRecord> records = new ArrayList<>();
        lane.held.forEach(batch -> records.addAll(OtlpLogReader.read(batch.body())));
        assertThat(records)
                .containsExactly(
                        new LogRecord(now, Severity.TRACE, "plain", Attributes.empty(), null, null),
                        new LogRecord(now, Severity.WARN, "one", Attributes.of("k", "v"), null, null),
                        new LogRecord(now, Severity.ERROR, "two", Attributes.of("k1", "v1", "k2", "v2"), null, null),
                        own,
                        new LogRecord(
                                77,
                                Severity.FATAL,
                                "own",
                                Attributes.builder()
                                        .put("n", 5)
                                        .put("more", "x")
                                        .build(),
                                own.traceId(),
                                own.spanId()));
    }

    @Test
    void publish_ringFull_dropsTheNewestAndCounts() {
        fillRing(pipeline);

        assertThat(pipeline.logs.publish(Severity.FATAL, "late")).isFalse();
        assertThat(pipeline.stats.dropped()).containsEntry("ring_full", 1L);
        assertThat(pipeline.stats.takenCount()).isEqualTo(SLOTS);

        pipeline.turn();
        assertThat(pipeline.logs.publish(Severity.FATAL, "again")).isTrue();
    }

    @Test
    void publish_ringNearlyFull_takesWarningsAndNoMoreInfos() {
        int taken = 0;
        while (pipeline.logs.publish(Severity.INFO, "bulk")) {
            taken++;
        }

        assertThat(taken).isEqualTo(SLOTS - SLOTS / 8);
        assertThat(pipeline.logs.publish(Severity.DEBUG, "more")).isFalse();
        for (int i = taken; i < SLOTS; i++) {
            assertThat(pipeline.logs.publish(Severity.WARN, "important")).isTrue();
        }
        assertThat(pipeline.logs.publish(Severity.ERROR, "late")).isFalse();
    }

    @Test
    void publishDurable_recordNotTaken_failsAtOnce() {
        pipeline.open = false;

        assertThat(pipeline.logs.publishDurable(LogRecord.of(Severity.INFO, "late", Attributes.empty())))
                .isCompletedExceptionally();
    }

    @Test
    void publish_ringFullBelowTheSeverityThatWaits_dropsAtOnce() {
        CountingClock clock = new CountingClock();
        LogPublisher logs = publisherOnFullRing(clock, WAITS_FROM_WARN);

        assertThat(logs.publish(Severity.INFO, "late")).isFalse();
        assertThat(clock.readings).isZero();
    }

    @Test
    void publish_ringFullAtTheSeverityThatWaits_waitsUntilTheTimeIsOver() {
        CountingClock clock = new CountingClock();
        LogPublisher logs = publisherOnFullRing(clock, WAITS_FROM_WARN);

        assertThat(logs.publish(Severity.WARN, "late")).isFalse();
        assertThat(clock.readings).isGreaterThan(10);
    }

    @Test
    void publish_roomMadeWhileWaiting_isTaken() {
        FakeOutlet target = new FakeOutlet(1 << 20);
        Pipeline waiting = pipeline(WAITS_FROM_WARN, target);
        fillRing(waiting);
        CountingClock clock = new CountingClock();
        clock.atReading = 5;
        clock.then = waiting::turn;
        LogPublisher logs = new LogPublisher(
                waiting.ring, waiting.stats, clock, WAITS_FROM_WARN, 10_000, () -> true, LogPublisherTest::promise);

        assertThat(logs.publish(Severity.ERROR, "patient")).isTrue();
        assertThat(waiting.dropped()).isZero();
    }

    @Test
    void publish_interruptedWhileWaiting_dropsAndKeepsTheInterrupt() {
        CountingClock clock = new CountingClock();
        LogPublisher logs = publisherOnFullRing(clock, WAITS_FROM_WARN);
        Thread.currentThread().interrupt();

        assertThat(logs.publish(Severity.ERROR, "late")).isFalse();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(clock.readings).isLessThan(5);
    }

    @Test
    void publish_ringFullOnAThreadOfTheAgent_neverWaits() throws InterruptedException {
        CountingClock clock = new CountingClock();
        LogPublisher logs = publisherOnFullRing(clock, WAITS_FROM_WARN);
        Thread loop = AgentThreads.newThread("test", () -> logs.publish(Severity.FATAL, "late"));
        loop.start();
        loop.join();

        assertThat(clock.readings).isZero();
    }

    @Test
    void publish_recordTooLarge_isDroppedAndCounted() {
        String body = "x".repeat(Pipeline.MAX_RECORD_BYTES);

        assertThat(pipeline.logs.publish(Severity.INFO, body)).isFalse();
        assertThat(pipeline.logs.publish(LogRecord.of(Severity.INFO, body, Attributes.empty())))
                .isFalse();
        assertThat(pipeline.stats.dropped()).containsEntry("too_large", 2L);
        assertThat(pipeline.ring.depth()).isZero();
    }

    @Test
    void publish_closed_isDroppedAndCounted() {
        pipeline.open = false;

        assertThat(pipeline.logs.publish(Severity.INFO, "late")).isFalse();
        assertThat(pipeline.stats.dropped()).containsEntry("closed", 1L);
    }

    @Test
    void publish_largeRecords_useUpTheirBytesAndGetThemBack() {
        String large = "x".repeat(3 << 20);
        int taken = 0;
        while (pipeline.logs.publish(Severity.INFO, large)) {
            taken++;
        }
        assertThat(taken).as("large records in the ring").isEqualTo(2);
        assertThat(pipeline.stats.dropped()).containsEntry("ring_bytes", 1L);
        assertThat(pipeline.logs.publish(Severity.INFO, "small"))
                .as("a small record")
                .isTrue();

        for (int round = 0; round < 20; round++) {
            pipeline.turn();
            assertThat(pipeline.logs.publish(Severity.INFO, large))
                    .as("round %d", round)
                    .isTrue();
        }
    }

    @Test
    void publish_largeRecordsIntoAFullRing_giveTheirBytesBack() {
        fillRing(pipeline);
        String large = "x".repeat(3 << 20);
        for (int i = 0; i < 10; i++) {
            pipeline.logs.publish(Severity.INFO, large);
        }
        pipeline.turn();

        assertThat(pipeline.logs.publish(Severity.INFO, large)).isTrue();
        assertThat(pipeline.stats.dropped()).containsEntry("ring_full", 10L);
    }

    @Test
    void publish_encodingFails_theSlotGoesOnAndTheLossIsCounted() {
        AgentClock broken = new CountingClock() {
            @Override
            public long epochNanos() {
                throw new IllegalStateException("on purpose");
            }
        };
        LogPublisher logs = new LogPublisher(
                pipeline.ring,
                pipeline.stats,
                broken,
                OverflowPolicy.dropNewest(),
                4 << 20,
                () -> true,
                LogPublisherTest::promise);
        for (int i = 0; i < 10; i++) {
            try {
                logs.publish(Severity.INFO, "x".repeat(3 << 20));
            } catch (IllegalStateException expected) {
                pipeline.turn();
            }
        }

        assertThat(pipeline.stats.dropped())
                .containsExactly(
                        Map.entry("closed", 0L),
                        Map.entry("encode_failed", 10L),
                        Map.entry("ring_bytes", 0L),
                        Map.entry("ring_full", 0L),
                        Map.entry("too_large", 0L));
        assertThat(lane.heldRecords()).isZero();
    }

    private Pipeline pipeline(OverflowPolicy overflow) {
        return pipeline(overflow, lane);
    }

    private static Pipeline pipeline(OverflowPolicy overflow, Outlet outlet) {
        return new Pipeline(SLOTS, overflow, Pipeline.limits(1, 1 << 20), outlet);
    }

    private static void fillRing(Pipeline pipeline) {
        for (int i = 0; i < SLOTS; i++) {
            assertThat(pipeline.logs.publish(Severity.WARN, "r" + i)).isTrue();
        }
    }

    private LogPublisher publisherOnFullRing(AgentClock clock, OverflowPolicy overflow) {
        fillRing(pipeline);
        return new LogPublisher(
                pipeline.ring, pipeline.stats, clock, overflow, 10_000, () -> true, LogPublisherTest::promise);
    }

    /** A clock on which a millisecond passes between two readings. */
    private static class CountingClock implements AgentClock {
        int readings;
        int atReading = -1;
        Runnable then = () -> {};

        @Override
        public long nanoTime() {
            if (++readings == atReading) {
                then.run();
            }
            return readings * 1_000_000L;
        }

        @Override
        public long epochNanos() {
            return 1;
        }
    }
}
