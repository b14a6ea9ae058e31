package dev.outpost.center;

import static dev.outpost.center.Positions.at;
import static dev.outpost.center.Positions.batch;
import static dev.outpost.center.Positions.logs;
import static dev.outpost.center.Positions.ofAnotherStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.task.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The intake of telemetry against agents that break the protocol, and against handlers that break. */
@Timeout(60)
class TelemetryIntakeTest {

    private final CenterBench bench = new CenterBench();

    @AfterEach
    void closeCenter() {
        bench.close();
    }

    @Test
    void batch_ofUndeclaredStream_closes() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        agent.send(logs(at(1)));
        assertThat(agent.awaitClosed().detail()).isEqualTo("stream " + Positions.STREAM + " epoch 1 was not opened");
        assertThat(bench.counters()).containsEntry("protocol.violations", 1L);
    }

    @Test
    void batch_ofUndeclaredEpoch_closes() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        agent.send(logs(at(2, 1)));
        assertThat(agent.awaitClosed().detail()).contains("epoch 2");
        assertThat(bench.telemetry.handled).isEmpty();
    }

    @Test
    void batch_ofUnknownSignal_isRejectedForGood() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        agent.send(batch(at(1), Signal.UNSPECIFIED));
        BatchNack nack = agent.await(BatchNack.class);
        assertThat(nack.code()).isEqualTo(BatchNack.Code.REJECTED);
        assertThat(nack.position()).isEqualTo(at(1));
        assertThat(bench.telemetry.handled).isEmpty();
        assertThat(agent.await(BatchAck.class)).as("counted as taken").isEqualTo(new BatchAck(at(1)));
        agent.send(logs(at(2)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(2)));
    }

    @Test
    void batches_oneAgentNeverEnds_thoseOfAnotherAreHandledAsWell() throws Exception {
        bench.builder.workers(1);
        AtomicInteger handledBeforeTheOther = new AtomicInteger();
        AtomicReference<HandDrivenAgent> busy = new AtomicReference<>();
        CountDownLatch otherHandled = new CountDownLatch(1);
        CountDownLatch otherIsThere = bench.telemetry.latch();
        CountDownLatch begun = new CountDownLatch(1);
        for (int i = 0; i < 200; i++) {
            bench.telemetry.answers.add(batch -> {
                if (!batch.streamId().equals(Positions.STREAM)) {
                    otherHandled.countDown();
                } else if (otherHandled.getCount() > 0) {
                    handledBeforeTheOther.incrementAndGet();
                    begun.countDown();
                    awaitThe(otherIsThere);
                    busy.get().send(logs(at(batch.sequence() + 1)));
                    await(busy.get());
                }
                return CompletableFuture.completedStage(null);
            });
        }
        bench.start();
        busy.set(bench.connect().join("a-1", at(0)));
        HandDrivenAgent other = bench.connect().join("a-2", ofAnotherStream(0));
        busy.get().send(logs(at(1)));
        begun.await();
        other.send(logs(ofAnotherStream(1)));
        other.awaitTurn();
        otherIsThere.countDown();
        assertThat(otherHandled.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(handledBeforeTheOther.get()).isBetween(1, 100);
    }

    private static void awaitThe(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(HandDrivenAgent agent) {
        try {
            agent.awaitTurn();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void batch_outOfOrder_closes() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        agent.send(logs(at(2)));
        assertThat(agent.awaitClosed().detail()).isEqualTo("batch 2 came where 1 was expected");
        assertThat(bench.telemetry.handled).isEmpty();
    }

    @Test
    void batches_moreThanTheWindow_close() throws Exception {
        bench.start();
        bench.telemetry.answers.add(batch -> new CompletableFuture<>());
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        for (int i = 1; i <= CenterBench.WINDOW + 1; i++) {
            agent.send(logs(at(i)));
        }
        assertThat(agent.awaitClosed().detail())
                .isEqualTo("more than " + CenterBench.WINDOW + " batches unacknowledged");
    }

    @Test
    void batch_sentAgain_isAcknowledgedAgainAndHandledOnce() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        agent.send(logs(at(1)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        agent.send(logs(at(1)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        agent.vanish();
        HandDrivenAgent back = bench.connect().join("a-1", at(0));
        back.send(logs(at(1)));
        assertThat(back.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(bench.telemetry.handled).containsExactly(1L);
        assertThat(bench.counters()).containsEntry("batches.duplicate", 2L);
    }

    @Test
    void batch_sentAgainWhileTheConnectionBeforeIsBusy_isAcknowledgedOnceThatHasEnded() throws Exception {
        CompletableFuture<Void> second = new CompletableFuture<>();
        bench.telemetry.answers.add(batch -> CompletableFuture.completedStage(null));
        bench.telemetry.answers.add(batch -> second);
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        agent.send(logs(at(1)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        agent.send(logs(at(2)));
        Await.until("both handled", () -> bench.telemetry.handled.size() == 2);
        agent.vanish();

        HandDrivenAgent back = bench.connect().join("a-1", at(0));
        back.send(logs(at(1)));
        second.completeExceptionally(new IllegalStateException("disk full"));

        assertThat(back.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
    }

    @Test
    void gap_isReportedAndAcknowledgedLikeBatches() throws Exception {
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        agent.send(new TelemetryGap(at(3), 1, 30, "dropped"));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(3)));
        agent.send(logs(at(4)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(4)));
        assertThat(bench.telemetry.gaps)
                .containsExactly(new StreamGap(Positions.STREAM, 1, 1, 3, OptionalLong.of(30), "dropped"));
        assertThat(bench.telemetry.handled).containsExactly(4L);
    }

    @Test
    void handler_fails_batchIsAskedForAgain() throws Exception {
        bench.telemetry.answers.add(batch -> {
            throw new IllegalStateException("disk full");
        });
        bench.telemetry.answers.add(batch -> {
            throw new StackOverflowError();
        });
        bench.telemetry.answers.add(batch -> null);
        bench.telemetry.answers.add(batch -> CompletableFuture.failedStage(new IllegalStateException("later")));
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        for (int failures = 4; failures > 0; failures--) {
            agent.send(logs(at(1)));
            BatchNack nack = agent.await(BatchNack.class);
            assertThat(nack.code()).isEqualTo(BatchNack.Code.RETRY);
            assertThat(nack.position()).isEqualTo(at(1));
            agent.send(logs(at(2))); // was under way already: passed over until the first comes again
        }
        agent.send(logs(at(1)));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(bench.counters()).containsEntry("user.failures{telemetry handler}", 4L);
        assertThat(agent.isClosed()).isFalse();
    }

    @Test
    void handler_neverCompletes_heartbeatsAndOtherAgentsGoOn() throws Exception {
        bench.telemetry.answers.add(batch -> new CompletableFuture<>());
        bench.start();
        HandDrivenAgent stuck = bench.connect().join("stuck", at(0));
        stuck.send(logs(at(1)));
        Await.until("handler called", () -> bench.telemetry.handled.size() == 1);
        long beat = stuck.send(heartbeat());
        assertThat(stuck.awaitEnvelope(HeartbeatAck.class).inReplyTo()).isEqualTo(beat);
        HandDrivenAgent other = bench.connect().join("other", ofAnotherStream(0));
        other.send(logs(ofAnotherStream(1)));
        assertThat(other.await(BatchAck.class)).isEqualTo(new BatchAck(ofAnotherStream(1)));
    }

    @Test
    void handler_blocks_heartbeatsAndOtherAgentsGoOn() throws Exception {
        CountDownLatch never = bench.telemetry.latch();
        bench.telemetry.answers.add(batch -> {
            awaitUninterrupted(never);
            return CompletableFuture.completedStage(null);
        });
        bench.start();
        HandDrivenAgent stuck = bench.connect().join("stuck", at(0));
        stuck.send(logs(at(1)));
        Await.until("handler called", () -> bench.telemetry.handled.size() == 1);
        long beat = stuck.send(heartbeat());
        assertThat(stuck.awaitEnvelope(HeartbeatAck.class).inReplyTo()).isEqualTo(beat);
        HandDrivenAgent other = bench.connect().join("other", ofAnotherStream(0));
        other.send(logs(ofAnotherStream(1)));
        assertThat(other.await(BatchAck.class)).isEqualTo(new BatchAck(ofAnotherStream(1)));
    }

    @Test
    void handler_blocksOnAllItsThreads_furtherAgentsAreLetInAndTheirReportsTaken() throws Exception {
        CountDownLatch never = bench.telemetry.latch();
        bench.start();
        for (int i = 0; i < CenterBench.WORKERS; i++) {
            bench.telemetry.answers.add(batch -> {
                awaitUninterrupted(never);
                return CompletableFuture.completedStage(null);
            });
            UUID stream = UUID.randomUUID();
            HandDrivenAgent stuck = bench.connect().join("stuck-" + i, new StreamPosition(stream, 1, 0));
            stuck.send(logs(new StreamPosition(stream, 1, 1)));
        }
        Await.until("all threads taken", () -> bench.telemetry.handled.size() == CenterBench.WORKERS);

        HandDrivenAgent other = bench.connect().join("other", ofAnotherStream(0));
        Reports.report(other, "t", 1, TaskState.RUNNING);

        assertThat(bench.counters()).containsEntry("task.reports.received", 1L);
    }

    @Test
    void batches_asManyAsTheWindow_areTakenAndFurtherOnesAfterTheAcknowledgement() throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        bench.telemetry.answers.add(batch -> done);
        bench.start();
        HandDrivenAgent agent = bench.connect().join("a-1", at(0));
        for (int i = 1; i <= CenterBench.WINDOW; i++) {
            agent.send(logs(at(i)));
        }
        agent.awaitTurn();
        done.complete(null);
        for (int i = 1; i <= 100; i++) { // with every acknowledgement there is room for one more
            long through = agent.await(BatchAck.class).through().sequence();
            agent.send(logs(at(CenterBench.WINDOW + i)));
            assertThat(through).isLessThanOrEqualTo(CenterBench.WINDOW + i);
        }
        assertThat(agent.isClosed()).isFalse();
    }

    private static Heartbeat heartbeat() {
        return new Heartbeat(
                Heartbeat.Condition.HEALTHY, List.of(), Heartbeat.HostFigures.NONE, Duration.ZERO, 0, 0, 0, 0, 0);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
