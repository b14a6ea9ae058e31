package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.sink.SinkException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent without a control center, whose logs go to sinks. */
@Timeout(60)
class LogSinkLaneTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void publish_sinkTakesAll_arrivesInOrderAndIsAccounted() {
        ScriptedSink sink = new ScriptedSink();
        try (Agent agent = start("file", sink)) {
            publish(agent, 0, 1_000);
            assertThat(agent.flush(PATIENCE)).isTrue();
            assertThat(agent.state()).isEqualTo(AgentState.OFFLINE);
            assertThat(sink.bodies()).isEqualTo(bodies(0, 1_000));
            assertThat(agent.snapshot().lane("logs/file"))
                    .isEqualTo(new LaneSnapshot("logs/file", 1_000, 0, 1_000, 0, 0, Map.of()));
        }
        sink.awaitClosed();
    }

    @Test
    void publish_sinkThrowsOnce_batchComesAgainBeforeItsSuccessors() {
        ScriptedSink sink = new ScriptedSink();
        sink.script.add(batch -> {
            throw new IllegalStateException("disk gone");
        });
        try (Agent agent = start("file", sink)) {
            publish(agent, 0, 300);
            assertThat(agent.flush(PATIENCE)).isTrue();
            assertThat(sink.bodies()).isEqualTo(bodies(0, 300));
            assertThat(agent.snapshot().counter("sink.failures{logs/file}")).isEqualTo(1);
        }
    }

    @Test
    void publish_sinkRefusesForGood_batchIsDroppedAndTheNextGoesOn() {
        ScriptedSink sink = new ScriptedSink();
        sink.script.add(batch -> CompletableFuture.failedStage(SinkException.permanent("bad", null)));
        try (Agent agent = start("file", sink)) {
            publish(agent, 0, 100);
            assertThat(agent.flush(PATIENCE)).isTrue();
            publish(agent, 100, 200);
            assertThat(agent.flush(PATIENCE)).isTrue();
            LaneSnapshot lane = agent.snapshot().lane("logs/file");
            assertThat(lane.dropped()).containsOnlyKeys("rejected");
            assertThat(lane.emitted()).isEqualTo(200).isEqualTo(lane.delivered() + lane.droppedTotal());
            assertThat(sink.records).hasSize((int) lane.delivered());
        }
    }

    @Test
    void publish_oneSinkHangs_theOtherGetsEverything() {
        ScriptedSink hanging = new ScriptedSink();
        hanging.script.add(batch -> new CompletableFuture<>());
        ScriptedSink working = new ScriptedSink();
        Agent agent = Agent.builder()
                .id("sinks")
                .logSink("hanging", hanging)
                .logSink("working", working)
                .shutdownTimeout(Duration.ofMillis(200))
                .build();
        agent.start();
        publish(agent, 0, 500);
        working.await(500);
        assertThat(working.bodies()).isEqualTo(bodies(0, 500));
        agent.close();
        LaneSnapshot lane = agent.snapshot().lane("logs/hanging");
        assertThat(lane.dropped()).containsEntry("closed", 500L);
        assertThat(lane.inMemory()).isZero();
    }

    private static Agent start(String name, LogSink sink) {
        Agent agent = Agent.builder().id("sinks").logSink(name, sink).build();
        agent.start();
        return agent;
    }

    private static void publish(Agent agent, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(agent.logs().publish(Severity.INFO, "record " + i)).isTrue();
        }
    }

    private static List<String> bodies(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "record " + i).toList();
    }

    /** Does as its script says, then takes everything. */
    private static final class ScriptedSink implements LogSink {

        private final Queue<Function<LogBatch, CompletionStage<?>>> script = new ArrayDeque<>();
        private final List<LogRecord> records = new CopyOnWriteArrayList<>();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final Object arrived = new Object();

        @Override
        public CompletionStage<?> send(LogBatch batch) {
            Function<LogBatch, CompletionStage<?>> next = script.poll();
            if (next != null) {
                return next.apply(batch);
            }
            synchronized (arrived) {
                records.addAll(batch.records());
                arrived.notifyAll();
            }
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {
            closed.countDown();
        }

        private void awaitClosed() {
            try {
                assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while waiting for the sink's end", e);
            }
        }

        private List<String> bodies() {
            return records.stream().map(LogRecord::body).toList();
        }

        private void await(int count) {
            synchronized (arrived) {
                while (records.size() < count) {
                    try {
                        arrived.wait();
                    } catch (InterruptedException e) {
                        throw new AssertionError("interrupted while waiting for " + count + " records", e);
                    }
                }
            }
        }
    }
}
