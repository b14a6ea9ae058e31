package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The control center against agents that break the protocol, and against extensions that break. */
@Timeout(60)
class HostileAgentTest {

    private final HandDrivenEndpoint endpoint = new HandDrivenEndpoint();
    private final ControlCenterBuilder builder = ControlCenter.builder()
            .endpoint(endpoint)
            .authenticator(Authenticator.everybody())
            .workers(2);
    private ControlCenter center;

    @AfterEach
    void closeCenter() {
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
        builder.authenticator((hello, peer) -> next.remove().check(hello, peer));
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
            return Authenticator.Verdict.admitted();
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

    @Test
    void welcome_isSent_whenTheAgentIsKnownAndBeforeItsTasks() throws Exception {
        start();
        HandDrivenAgent agent = endpoint.connect();
        TaskRequest request = TaskRequest.of("quick").id("t-1").build();
        agent.listening(message -> {
            if (message instanceof Welcome) {
                center.dispatch("a-1", request);
            }
        });
        agent.join("a-1");
        assertThat(agent.await(TaskDispatch.class)).isEqualTo(new TaskDispatch(request));
    }

    @Test
    void hello_tooLong_isRefusedAsInvalid() throws Exception {
        start();
        String tooLong = "x".repeat(129);
        List<Hello> hellos = List.of(
                new Hello(1, tooLong, "i", "1", Map.of(), List.of(), List.of()),
                new Hello(1, "a-1", tooLong, "1", Map.of(), List.of(), List.of()),
                new Hello(1, "a-1", "i", "1", Map.of(), List.of(), List.of(), List.of(), tooLong, ""),
                new Hello(1, "a-1", "i", "1", Map.of(), List.of(), List.of(), List.of(), "", tooLong),
                new Hello(1, "a-1", "i", "1", Map.of("l", "x".repeat(257)), List.of(), List.of()),
                new Hello(1, "a-1", "i", "1", Map.of(), List.of(tooLong), List.of()),
                new Hello(1, "a-1", "i", "1", Map.of(), List.of(), List.of(Positions.at(1), Positions.at(2))),
                new Hello(1, "a-1", "i", "1", Map.of(), List.of(), List.of(Positions.at(-1))));
        for (Hello hello : hellos) {
            HandDrivenAgent agent = endpoint.connect();
            agent.send(hello);
            assertThat(agent.await(Refusal.class).code()).as("%s", hello).isEqualTo(Refusal.Code.INVALID);
            agent.awaitClosed();
        }
        assertThat(center.agents()).isEmpty();
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

    @Test
    void listener_doesNotKeepUp_agentIsNotLetInFurther() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        builder.listener(new CenterListener() {
            @Override
            public void onHeartbeat(AgentInfo agent) {
                awaitUninterrupted(goOn);
                told.incrementAndGet();
            }
        });
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        int sent = 0;
        while (sent < 10_000 && isLetIn(agent)) {
            agent.send(heartbeat());
            sent++;
        }
        assertThat(sent).as("heartbeats taken while nobody is told").isLessThan(2_000);
        goOn.countDown();
        Await.until("let in again", () -> agent.demand() > 0);
        int all = sent;
        Await.until("all are told", () -> told.get() == all);
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
    void report_tooLong_isCutOrAnsweredAsInvalid() throws Exception {
        List<TaskStatus> told = new CopyOnWriteArrayList<>();
        builder.listener(new CenterListener() {
            @Override
            public void onTaskStatus(AgentInfo agent, TaskStatus status) {
                told.add(status);
            }
        });
        start();
        HandDrivenAgent agent = endpoint.connect().join("a-1");
        agent.send(report("x".repeat(129), 1, TaskState.RUNNING));
        assertThat(agent.await(Rejection.class).code()).isEqualTo(Rejection.Code.INVALID);
        String tooLong = "x".repeat(200_000);
        Map<String, String> output = Map.of("o", tooLong);
        agent.send(new TaskReport(new TaskStatus(
                "t-1", "any", 1, TaskState.SUCCEEDED, 1, 0, tooLong, output, 0, null, TaskOrigin.DISPATCH)));
        agent.await(TaskReportAck.class);
        Await.until("told", () -> told.size() == 1);
        assertThat(told.get(0).detail()).hasSize(8_192);
        assertThat(told.get(0).output().get("o")).hasSize(128 * 1_024 - 1);
        assertThat(center.counters()).containsEntry("task.reports.cut", 1L);
    }

    @Test
    void task_agentRestartsInBetween_outcomeComesFromTheNewRun() throws Exception {
        start();
        HandDrivenAgent before = endpoint.connect().join("a-1");
        TaskHandle handle = center.dispatch(
                "a-1", TaskRequest.of("long").id("t-1").idempotent().build());
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
    void task_agentForgetsWhatItBegan_endsIndeterminateAndIsNotSentAgain() throws Exception {
        start();
        HandDrivenAgent before = endpoint.connect().join("a-1");
        TaskHandle begun =
                center.dispatch("a-1", TaskRequest.of("long").id("t-1").build());
        TaskHandle waiting =
                center.dispatch("a-1", TaskRequest.of("long").id("t-2").build());
        before.await(TaskDispatch.class);
        before.await(TaskDispatch.class);
        before.send(report("t-1", 9, TaskState.RUNNING));
        before.send(report("t-2", 1, TaskState.QUEUED));
        before.await(TaskReportAck.class);
        before.await(TaskReportAck.class);
        before.vanish();
        HandDrivenAgent after = endpoint.connect().join("a-1");

        assertThat(after.await(TaskDispatch.class).request().id()).isEqualTo("t-2");
        assertThat(begun.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.INDETERMINATE);
        assertThat(waiting.outcome()).isNotDone();
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

    private static Heartbeat heartbeat() {
        return new Heartbeat(
                Heartbeat.Condition.HEALTHY, List.of(), Heartbeat.HostFigures.NONE, Duration.ZERO, 0, 0, 0, 0, 0);
    }

    private static TaskReport report(String taskId, long revision, TaskState state) {
        return new TaskReport(
                new TaskStatus(taskId, "any", revision, state, 1, 0, "", Map.of(), 0, null, TaskOrigin.DISPATCH));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
