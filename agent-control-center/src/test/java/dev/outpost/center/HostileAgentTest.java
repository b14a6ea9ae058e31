package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.BatchNack;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo.Connection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The control center against agents that break the protocol, and against extensions that break. */
@Timeout(60)
class HostileAgentTest {

    private static final UUID STREAM = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final int WINDOW = 2;

    private final HandDrivenEndpoint endpoint = new HandDrivenEndpoint();
    private final Intake intake = new Intake();
    private final ControlCenterBuilder builder = ControlCenter.builder()
            .endpoint(endpoint)
            .authenticator(Authenticator.everybody())
            .telemetry(intake)
            .windowBatches(WINDOW)
            .workers(2);
    private ControlCenter center;

    @AfterEach
    void closeCenter() {
        intake.releaseAll();
        center.close();
    }

    // ---- hello ----------------------------------------------------------------------------------------------------

    @Test
    void firstMessage_isNoHello_closes() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect();
        agent.send(new Ping());
        assertThat(agent.awaitClosed().detail()).isEqualTo("the first message was not a hello");
        assertThat(center.agents()).isEmpty();
    }

    @Test
    void secondHello_closes() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        agent.hello("a-2");
        assertThat(agent.awaitClosed().detail()).isEqualTo("a second hello on one connection");
        assertThat(center.agent("a-2")).isEmpty();
    }

    @Test
    void hello_neverComes_closesAfterTheDeadline() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect();
        assertThat(agent.awaitClosed().detail()).startsWith("no hello within");
        assertThat(center.counters()).containsEntry("connections.swept{no_hello}", 1L);
    }

    @Test
    void hello_authenticatorThrows_isRefused() throws Exception {
        List<Authenticator> broken = List.of(
                (hello, peer) -> {
                    throw new IllegalStateException("database is down");
                },
                (hello, peer) -> {
                    throw new NoClassDefFoundError("missing.Driver");
                },
                (hello, peer) -> null);
        BlockingQueue<Authenticator> next = new LinkedBlockingQueue<>(broken);
        builder.authenticator((hello, peer) -> next.remove().refusal(hello, peer));
        start();
        for (int i = 0; i < broken.size(); i++) {
            HandDrivenAgent agent = endpoint.connect().hello("a-1");
            assertThat(agent.await(Refusal.class).detail()).isEqualTo("the authenticator failed");
            agent.awaitClosed();
        }
        assertThat(center.counters()).containsEntry("user.failures{authenticator}", (long) broken.size());
        assertThat(center.agents()).isEmpty();
    }

    @Test
    void connection_lostWhileBeingAuthenticated_isNotTakenForConnected() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        builder.workers(1).authenticator((hello, peer) -> {
            asked.countDown();
            awaitUninterrupted(answer);
            return Optional.empty();
        });
        start();
        HandDrivenAgent gone = endpoint.connect().hello("gone");
        asked.await();
        gone.vanish();
        gone.awaitClosed();
        answer.countDown();
        endpoint.connect().join("present"); // on the only worker, so the other one has been dealt with
        assertThat(center.agent("gone").map(AgentInfo::connection)).isNotEqualTo(Optional.of(Connection.CONNECTED));
        assertThat(center.agent("present").map(AgentInfo::connection)).contains(Connection.CONNECTED);
    }

    @Test
    void secondConnection_ofSameAgent_takesOver() throws Exception {
        start();
        HandDrivenAgent first = endpoint.connect().join("a-1");
        HandDrivenAgent second = endpoint.connect().join("a-1");
        assertThat(first.awaitClosed().detail()).contains("another connection of agent 'a-1' took over");
        assertThat(center.agent("a-1").map(AgentInfo::connection)).contains(Connection.CONNECTED);
        second.send(new Ping());
        second.await(Pong.class);
        assertThat(center.agents()).hasSize(1);
    }

    // ---- telemetry ------------------------------------------------------------------------------------------------

    @Test
    void batch_ofUndeclaredStream_closes() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        agent.send(batch(1));
        assertThat(agent.awaitClosed().detail()).isEqualTo("stream " + STREAM + " was not in the hello");
        assertThat(center.counters()).containsEntry("protocol.violations", 1L);
    }

    @Test
    void batch_ofUndeclaredEpoch_closes() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        agent.send(batch(new StreamPosition(STREAM, 2, 1), Signal.LOGS));
        assertThat(agent.awaitClosed().detail()).contains("epoch 2");
        assertThat(intake.handled).isEmpty();
    }

    @Test
    void batch_ofUnknownSignal_isRejectedForGood() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        agent.send(batch(at(1), Signal.UNSPECIFIED));
        BatchNack nack = agent.await(BatchNack.class);
        assertThat(nack.code()).isEqualTo(BatchNack.Code.REJECTED);
        assertThat(nack.position()).isEqualTo(at(1));
        assertThat(intake.handled).isEmpty();
        assertThat(agent.await(BatchAck.class)).as("counted as taken").isEqualTo(new BatchAck(at(1)));
        agent.send(batch(2));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(2)));
    }

    @Test
    void batch_outOfOrder_closes() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        agent.send(batch(2));
        assertThat(agent.awaitClosed().detail()).isEqualTo("batch 2 came where 1 was expected");
        assertThat(intake.handled).isEmpty();
    }

    @Test
    void batches_moreThanTheWindow_close() throws Exception {
        start();
        intake.answers.add(batch -> new CompletableFuture<>());
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        for (int i = 1; i <= WINDOW + 2; i++) {
            agent.send(batch(i));
        }
        assertThat(agent.awaitClosed().detail()).isEqualTo("more than " + WINDOW + " batches unacknowledged");
    }

    @Test
    void batch_sentAgain_isAcknowledgedAgainAndHandledOnce() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        agent.send(batch(1));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        agent.send(batch(1));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        agent.vanish();
        HandDrivenAgent back = endpoint.connect().join("a-1", at(0));
        back.send(batch(1));
        assertThat(back.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(intake.handled).containsExactly(1L);
        assertThat(center.counters()).containsEntry("batches.duplicate", 2L);
    }

    @Test
    void gap_isReportedAndAcknowledgedLikeBatches() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        agent.send(new TelemetryGap(at(3), 1, 30, "dropped"));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(3)));
        agent.send(batch(4));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(4)));
        assertThat(intake.gaps).containsExactly("30 dropped");
        assertThat(intake.handled).containsExactly(4L);
    }

    @Test
    void handler_fails_batchIsAskedForAgain() throws Exception {
        intake.answers.add(batch -> {
            throw new IllegalStateException("disk full");
        });
        intake.answers.add(batch -> {
            throw new StackOverflowError();
        });
        intake.answers.add(batch -> null);
        intake.answers.add(batch -> CompletableFuture.failedStage(new IllegalStateException("later")));
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1", at(0));
        for (int failures = 4; failures > 0; failures--) {
            agent.send(batch(1));
            BatchNack nack = agent.await(BatchNack.class);
            assertThat(nack.code()).isEqualTo(BatchNack.Code.RETRY);
            assertThat(nack.position()).isEqualTo(at(1));
            agent.send(batch(2)); // was under way already: passed over until the first comes again
        }
        agent.send(batch(1));
        assertThat(agent.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
        assertThat(center.counters()).containsEntry("user.failures{telemetry handler}", 4L);
        assertThat(agent.isClosed()).isFalse();
    }

    @Test
    void handler_neverCompletes_heartbeatsAndOtherAgentsGoOn() throws Exception {
        intake.answers.add(batch -> new CompletableFuture<>());
        start();
        HandDrivenAgent stuck = endpoint.connect().join("stuck", at(0));
        stuck.send(batch(1));
        Await.until("handler called", () -> intake.handled.size() == 1);
        long beat = stuck.send(heartbeat());
        assertThat(stuck.awaitEnvelope(HeartbeatAck.class).inReplyTo()).isEqualTo(beat);
        HandDrivenAgent other = endpoint.connect().join("other", at(0));
        other.send(batch(1));
        assertThat(other.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
    }

    @Test
    void handler_blocks_heartbeatsAndOtherAgentsGoOn() throws Exception {
        CountDownLatch never = intake.latch();
        intake.answers.add(batch -> {
            awaitUninterrupted(never);
            return CompletableFuture.completedStage(null);
        });
        start();
        HandDrivenAgent stuck = endpoint.connect().join("stuck", at(0));
        stuck.send(batch(1));
        Await.until("handler called", () -> intake.handled.size() == 1);
        long beat = stuck.send(heartbeat());
        assertThat(stuck.awaitEnvelope(HeartbeatAck.class).inReplyTo()).isEqualTo(beat);
        HandDrivenAgent other = endpoint.connect().join("other", at(0));
        other.send(batch(1));
        assertThat(other.await(BatchAck.class)).isEqualTo(new BatchAck(at(1)));
    }

    // ---- messages -------------------------------------------------------------------------------------------------

    @Test
    void unknownPayload_isAnsweredAsUnimplemented() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        long id = agent.send(new UnknownPayload(77));
        Envelope<CenterMessage> answer = agent.awaitEnvelope(Rejection.class);
        assertThat(answer.inReplyTo()).isEqualTo(id);
        assertThat(answer.payload())
                .isEqualTo(new Rejection(
                        Rejection.Code.UNIMPLEMENTED, "payload field 77 is not known to this control center"));
        assertThat(agent.isClosed()).isFalse();
    }

    @Test
    void invalidPayload_isAnsweredAsInvalid() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        long id = agent.send(new InvalidPayload("nonsense"));
        Envelope<CenterMessage> answer = agent.awaitEnvelope(Rejection.class);
        assertThat(answer.inReplyTo()).isEqualTo(id);
        assertThat(answer.payload()).isEqualTo(new Rejection(Rejection.Code.INVALID, "nonsense"));
        assertThat(agent.isClosed()).isFalse();
    }

    @Test
    void agentThatDoesNotListen_isNotLetInFurther() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        agent.stopListening();
        int sent = 0;
        while (sent < 10_000 && isLetIn(agent)) {
            agent.send(new Ping());
            sent++;
        }
        assertThat(sent).as("pings taken while nothing is read").isLessThan(2_000);
        agent.listenAgain();
        for (int i = 0; i < sent; i++) {
            agent.await(Pong.class);
        }
        Await.until("let in again", () -> agent.demand() > 0);
    }

    /** Demand comes on another thread, after the message before has been dealt with. */
    private static boolean isLetIn(HandDrivenAgent agent) throws Exception {
        if (agent.demand() <= 0) {
            agent.awaitTurn();
        }
        return agent.demand() > 0;
    }

    // ---- tasks ----------------------------------------------------------------------------------------------------

    @Test
    void report_ofOlderRevision_isAcknowledgedAndOtherwiseIgnored() throws Exception {
        List<Long> told = new CopyOnWriteArrayList<>();
        builder.listener(new CenterListener() {
            @Override
            public void onTaskStatus(AgentInfo agent, TaskStatus status) {
                told.add(status.revision());
            }
        });
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        for (long revision : new long[] {5, 3, 5, 0, Long.MIN_VALUE, 6, Long.MAX_VALUE, 7}) {
            agent.send(report("t-1", revision, TaskState.RUNNING));
            assertThat(agent.await(TaskReportAck.class)).isEqualTo(new TaskReportAck("t-1", revision));
        }
        Await.until("told", () -> told.size() >= 3);
        assertThat(told).containsExactly(5L, 6L, Long.MAX_VALUE);
        assertThat(center.counters()).containsEntry("task.reports.repeated", 5L);
    }

    @Test
    void task_agentRestartsInBetween_outcomeComesFromTheNewRun() throws Exception {
        start();
        HandDrivenAgent before = endpoint.connect().join("a-1");
        TaskHandle handle =
                center.dispatch("a-1", TaskRequest.of("long").id("t-1").build());
        before.await(TaskDispatch.class);
        before.send(report("t-1", 9, TaskState.RUNNING));
        before.await(TaskReportAck.class);
        before.vanish();
        HandDrivenAgent after = endpoint.connect().join("a-1");
        after.await(TaskDispatch.class);
        after.send(report("t-1", 1, TaskState.RUNNING));
        after.send(report("t-1", 2, TaskState.SUCCEEDED));
        assertThat(handle.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void task_dispatchedAgainAfterItsEnd_outcomeComesAgain() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        TaskRequest request = TaskRequest.of("quick").id("t-1").build();
        for (int i = 0; i < 2; i++) {
            TaskHandle handle = center.dispatch("a-1", request);
            agent.await(TaskDispatch.class);
            agent.send(report("t-1", 3, TaskState.SUCCEEDED)); // the second time it is known, and reported as it stands
            assertThat(handle.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
        }
    }

    @Test
    void watcher_throws_othersAreToldAndOutcomeComes() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        TaskHandle handle =
                center.dispatch("a-1", TaskRequest.of("quick").id("t-1").build());
        handle.watch(status -> {
            throw new IllegalStateException("watcher is broken");
        });
        List<TaskState> seen = new CopyOnWriteArrayList<>();
        handle.watch(status -> seen.add(status.state()));
        agent.send(report("t-1", 1, TaskState.RUNNING));
        agent.send(report("t-1", 2, TaskState.SUCCEEDED));
        assertThat(handle.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(seen).containsExactly(TaskState.RUNNING, TaskState.SUCCEEDED);
    }

    @Test
    void listener_throws_othersAreTold() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        builder.listener(new CenterListener() {
            @Override
            public void onConnected(AgentInfo agent) {
                throw new IllegalStateException("listener is broken");
            }

            @Override
            public void onHeartbeat(AgentInfo agent) {
                throw new StackOverflowError();
            }
        });
        builder.listener(new CenterListener() {
            @Override
            public void onConnected(AgentInfo agent) {
                told.add("connected");
            }

            @Override
            public void onHeartbeat(AgentInfo agent) {
                told.add("heartbeat");
            }
        });
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        agent.send(heartbeat());
        agent.await(HeartbeatAck.class);
        Await.until("told", () -> told.size() == 2);
        assertThat(told).containsExactly("connected", "heartbeat");
        assertThat(agent.isClosed()).isFalse();
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private void start() throws Exception {
        center = builder.build();
        center.start();
    }

    private static StreamPosition at(long sequence) {
        return new StreamPosition(STREAM, 1, sequence);
    }

    private static TelemetryBatch batch(long sequence) {
        return batch(at(sequence), Signal.LOGS);
    }

    private static TelemetryBatch batch(StreamPosition position, Signal signal) {
        return new TelemetryBatch(position, signal, 0, TelemetryBatch.Codec.NONE, ByteBuffer.allocate(0));
    }

    private static Heartbeat heartbeat() {
        return new Heartbeat(
                Heartbeat.Condition.HEALTHY, List.of(), Heartbeat.HostFigures.NONE, Duration.ZERO, 0, 0, 0, 0, 0);
    }

    private static TaskReport report(String taskId, long revision, TaskState state) {
        return new TaskReport(new TaskStatus(taskId, "any", revision, state, 1, 0, "", Map.of(), 0, null));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Notes what it is given; answers as told, each answer once, and then takes everything. */
    private static final class Intake implements TelemetryHandler {

        private final List<Long> handled = new CopyOnWriteArrayList<>();
        private final List<String> gaps = new CopyOnWriteArrayList<>();
        private final BlockingQueue<Function<LogBatch, CompletionStage<?>>> answers = new LinkedBlockingQueue<>();
        private final List<CountDownLatch> latches = new CopyOnWriteArrayList<>();

        @Override
        public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
            Function<LogBatch, CompletionStage<?>> answer = answers.poll();
            handled.add(batch.sequence());
            return answer == null ? CompletableFuture.completedStage(null) : answer.apply(batch);
        }

        @Override
        public CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
            handled.add(batch.sequence());
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onGap(AgentInfo agent, long records, String reason) {
            gaps.add(records + " " + reason);
        }

        /** A latch that is open at the latest when the test ends. */
        CountDownLatch latch() {
            CountDownLatch latch = new CountDownLatch(1);
            latches.add(latch);
            return latch;
        }

        void releaseAll() {
            latches.forEach(CountDownLatch::countDown);
        }
    }
}
