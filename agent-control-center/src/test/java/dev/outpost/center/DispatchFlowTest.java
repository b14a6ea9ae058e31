package dev.outpost.center;

import static dev.outpost.center.Reports.report;
import static dev.outpost.center.Reports.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.store.TaskRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks for one agent, for many, and for those that are not there. */
@Timeout(60)
class DispatchFlowTest {

    private final CenterBench bench = new CenterBench();
    private final List<TaskStatus> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        bench.close();
    }

    private void start() throws Exception {
        bench.builder.listener(new CenterListener() {
            @Override
            public void onTaskStatus(AgentInfo agent, TaskStatus status) {
                told.add(status);
            }
        });
        bench.start();
    }

    private HandDrivenAgent join(String agentId, Map<String, String> labels) throws InterruptedException {
        Hello hello = new Hello(1, agentId, UUID.randomUUID().toString(), "test", labels, List.of(), List.of());
        return bench.connect().join(hello);
    }

    private void awaitLost(String agentId) {
        Await.until("lost", () -> bench.center.agent(agentId).orElseThrow().connection() == AgentInfo.Connection.LOST);
    }

    /** An agent that is known and not there. */
    private void lost(String agentId) throws InterruptedException {
        bench.connect().join(agentId).vanish();
        awaitLost(agentId);
    }

    private static TaskStatus end(TaskHandle handle) throws Exception {
        return handle.outcome().get(20, TimeUnit.SECONDS);
    }

    private static TaskRequest.Builder task(String id) {
        return TaskRequest.of("any").id(id);
    }

    /** Everything that it was sent up to now. */
    private static void assertHeardOnly(HandDrivenAgent agent, CenterMessage... expected) throws InterruptedException {
        agent.send(new Ping());
        for (CenterMessage each : expected) {
            assertThat(agent.awaitAnswer()).isEqualTo(each);
        }
        assertThat(agent.awaitAnswer()).isInstanceOf(Pong.class);
    }

    // ---- many ------------------------------------------------------------------------------------------------------

    @Test
    void broadcast_toALabel_reachesThoseAndCountsTheirEnds() throws Exception {
        start();
        HandDrivenAgent one = join("a-1", Map.of("region", "eu"));
        HandDrivenAgent two = join("a-2", Map.of("region", "eu"));
        HandDrivenAgent other = join("a-3", Map.of("region", "us"));
        Broadcast broadcast = bench.center.dispatch(
                AgentSelector.label("region", "eu"),
                task("b-1").argument("x", "1").build());
        List<String> seen = new CopyOnWriteArrayList<>();
        broadcast.watch((handle, status) -> seen.add(handle.agentId() + " " + status.state()));

        TaskRequest request = one.await(TaskDispatch.class).request();
        assertThat(request)
                .isEqualTo(task("b-1/a-1").argument("x", "1").parent("b-1").build());
        assertThat(two.await(TaskDispatch.class).request().id()).isEqualTo("b-1/a-2");
        assertThat(broadcast.tasks()).containsOnlyKeys("a-1", "a-2");
        assertThat(broadcast.counts().unreported()).isEqualTo(2);
        report(one, "b-1/a-1", 1, TaskState.SUCCEEDED);
        report(two, "b-1/a-2", 1, TaskState.RUNNING);
        assertThat(broadcast.counts())
                .isEqualTo(new TaskCounts(2, Map.of(TaskState.SUCCEEDED, 1, TaskState.RUNNING, 1)));
        assertThat(broadcast.outcome()).isNotDone();
        report(two, "b-1/a-2", 2, TaskState.FAILED);
        assertThat(broadcast.outcome().get(20, TimeUnit.SECONDS).byState())
                .containsExactly(Map.entry(TaskState.SUCCEEDED, 1), Map.entry(TaskState.FAILED, 1));
        assertThat(seen).containsExactlyInAnyOrder("a-1 SUCCEEDED", "a-2 RUNNING", "a-2 FAILED");
        assertHeardOnly(other);
    }

    @Test
    void broadcast_cancelled_cancelsEachTask() throws Exception {
        start();
        HandDrivenAgent there = bench.connect().join("a-1");
        lost("a-2");
        Broadcast broadcast =
                bench.center.dispatch(AgentSelector.all(), task("b-1").build());
        there.await(TaskDispatch.class);
        broadcast.cancel("changed our mind");
        assertThat(there.await(TaskCancel.class)).isEqualTo(new TaskCancel("b-1/a-1", "changed our mind"));
        assertThat(end(broadcast.tasks().get("a-2")).state()).isEqualTo(TaskState.CANCELLED);
        report(there, "b-1/a-1", 1, TaskState.CANCELLED);
        assertThat(broadcast.outcome().get(20, TimeUnit.SECONDS).in(TaskState.CANCELLED))
                .isEqualTo(2);
    }

    @Test
    void broadcast_nobodyIsSelected_hasEndedAtOnce() throws Exception {
        start();
        Broadcast broadcast =
                bench.center.dispatch(AgentSelector.all(), task("b-1").build());
        assertThat(broadcast.outcome()).isCompletedWithValue(new TaskCounts(0, Map.of()));
    }

    @Test
    void dispatch_queueOfALostAgentIsFull_throwsAndABroadcastEndsAsRefusedThere() throws Exception {
        start();
        lost("a-1");
        for (int i = 0; i < 10_000; i++) {
            bench.center.dispatch("a-1", task("t-" + i).build());
        }
        assertThatThrownBy(() -> bench.center.dispatch("a-1", task("more").build()))
                .isInstanceOf(CenterException.class)
                .hasMessage("agent 'a-1' has 10000 tasks that have not ended");
        TaskCounts counts = bench.center
                .dispatch(AgentSelector.all(), task("b-1").build())
                .outcome()
                .get(20, TimeUnit.SECONDS);
        assertThat(counts.in(TaskState.REFUSED)).isEqualTo(1);
    }

    // ---- the queue of one that is not there ------------------------------------------------------------------------

    @Test
    void dispatch_agentIsLost_isSentInOrderWhenItIsBack() throws Exception {
        start();
        lost("a-1");
        TaskRequest one = task("t-1").build();
        TaskRequest two = task("t-2").notAfter(Instant.now().plusSeconds(3_600)).build();
        bench.center.dispatch("a-1", one);
        bench.center.dispatch("a-1", two);
        HandDrivenAgent agent = bench.connect().join("a-1");
        assertHeardOnly(agent, new TaskDispatch(one), new TaskDispatch(two));
    }

    @Test
    void notAfter_passesBeforeTheAgentIsBack_endsAsExpiredAndIsNeverSent() throws Exception {
        start();
        lost("a-1");
        TaskHandle handle = bench.center.dispatch(
                "a-1", task("t-1").notAfter(Instant.now().plusMillis(20)).build());
        TaskStatus end = end(handle);
        assertThat(end.state()).isEqualTo(TaskState.EXPIRED);
        assertThat(end.revision()).isZero();
        assertThat(end.detail()).startsWith("not sent until ");
        Await.until("told", () -> !told.isEmpty());
        assertThat(told).containsExactly(end);
        assertThat(bench.counters()).containsEntry("tasks.ended_here{EXPIRED}", 1L);
        assertHeardOnly(bench.connect().join("a-1"));
    }

    @Test
    void notAfter_hasPassedAlready_isNotSentToAConnectedAgentEither() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch(
                "a-1", task("t-1").notAfter(Instant.now().minusSeconds(1)).build());
        assertThat(end(handle).state()).isEqualTo(TaskState.EXPIRED);
        assertHeardOnly(agent);
    }

    @Test
    void notAfter_taskWasSentBefore_onlyTheAgentDecides() throws Exception {
        start();
        HandDrivenAgent before = bench.connect().join("a-1");
        TaskRequest request =
                task("t-1").notAfter(Instant.now().plusMillis(500)).build();
        TaskHandle handle = bench.center.dispatch("a-1", request);
        before.await(TaskDispatch.class);
        before.vanish();
        awaitLost("a-1");
        Await.until("past it", () -> Instant.now().isAfter(request.notAfter().plusMillis(1)));
        HandDrivenAgent after = bench.connect().join("a-1");
        assertThat(after.await(TaskDispatch.class).request()).isEqualTo(request);
        assertThat(handle.outcome()).isNotDone();
        report(after, "t-1", 1, TaskState.SUCCEEDED);
        assertThat(end(handle).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void cancel_neverSent_endsHere() throws Exception {
        start();
        lost("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        handle.cancel("not needed");
        assertThat(end(handle).state()).isEqualTo(TaskState.CANCELLED);
        assertThat(end(handle).detail()).isEqualTo("not needed");
        assertHeardOnly(bench.connect().join("a-1"));
    }

    @Test
    void cancel_sentAndTheAgentIsLost_isSentAfterTheTask() throws Exception {
        start();
        HandDrivenAgent before = bench.connect().join("a-1");
        TaskRequest request = task("t-1").build();
        TaskHandle handle = bench.center.dispatch("a-1", request);
        before.await(TaskDispatch.class);
        before.vanish();
        awaitLost("a-1");
        handle.cancel("not needed");
        HandDrivenAgent after = bench.connect().join("a-1");
        assertHeardOnly(after, new TaskDispatch(request), new TaskCancel("t-1", "not needed"));
        assertThat(handle.outcome()).isNotDone();
    }

    // ---- dispatches that the agent makes nothing of ----------------------------------------------------------------

    private static long awaitDispatch(HandDrivenAgent agent) throws InterruptedException {
        return agent.awaitEnvelope(TaskDispatch.class).id();
    }

    private static final Rejection STALE = new Rejection(Rejection.Code.STALE, "off by PT6M");

    private static Rejection invalid(String detail) {
        return new Rejection(Rejection.Code.INVALID, detail);
    }

    @Test
    void dispatch_rejectedAsInvalid_endsAsRefused() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        agent.reply(awaitDispatch(agent), invalid("an argument makes no sense"));
        assertThat(end(handle).state()).isEqualTo(TaskState.REFUSED);
        assertThat(end(handle).detail()).isEqualTo("an argument makes no sense");
        TaskHandle anew =
                endedBy(agent, bench.center.dispatch("a-1", task("t-1").build()));
        assertThat(end(anew).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void dispatch_rejectedAsStale_isSentAgainAFewTimes() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        agent.reply(awaitDispatch(agent), STALE);
        agent.reply(awaitDispatch(agent), STALE);
        long third = awaitDispatch(agent);
        agent.awaitTurn();
        assertThat(handle.outcome()).isNotDone();
        agent.reply(third, STALE);
        assertThat(end(handle).state()).isEqualTo(TaskState.REFUSED);
        assertThat(end(handle).detail()).isEqualTo(STALE.detail());
    }

    @Test
    void dispatch_rejectedAsStaleAfterACancel_isSentAgainWithIt() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        long first = awaitDispatch(agent);
        handle.cancel("enough");
        agent.await(TaskCancel.class);
        agent.reply(first, STALE);
        assertHeardOnly(agent, new TaskDispatch(task("t-1").build()), new TaskCancel("t-1", "enough"));
    }

    @Test
    void cancel_rejectedAsStale_isSentAgainAFewTimes() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        awaitDispatch(agent);
        report(agent, "t-1", 1, TaskState.RUNNING);
        handle.cancel("enough");
        agent.reply(agent.awaitEnvelope(TaskCancel.class).id(), STALE);
        agent.reply(agent.awaitEnvelope(TaskCancel.class).id(), STALE);
        agent.reply(agent.awaitEnvelope(TaskCancel.class).id(), STALE);
        agent.awaitTurn();
        assertHeardOnly(agent);
        report(agent, "t-1", 2, TaskState.CANCELLED);
        assertThat(end(handle).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void cancel_againAndAgain_isSentAgainWhenTheLastIsStale() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        awaitDispatch(agent);
        handle.cancel("one");
        handle.cancel("two");
        handle.cancel("three");
        agent.await(TaskCancel.class);
        agent.await(TaskCancel.class);
        agent.reply(agent.awaitEnvelope(TaskCancel.class).id(), STALE);
        assertHeardOnly(agent, new TaskCancel("t-1", "three"));
    }

    @Test
    void task_justSmallEnoughForOne_isSmallEnoughForMany() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        int spare = 1_024 + 16 + "x".length() + "t-1".length() + "any".length();
        TaskRequest large = TaskRequest.of("any")
                .id("t-1")
                .argument("x", "x".repeat((4 << 20) - (64 << 10) - spare))
                .build();
        bench.center.dispatch(AgentSelector.all(), large);
        assertThat(agent.await(TaskDispatch.class).request().arguments()).isEqualTo(large.arguments());
    }

    @Test
    void dispatchAndCancel_rejectedAsStale_areSentAgainOnce() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        long dispatch = awaitDispatch(agent);
        handle.cancel("enough");
        long cancel = agent.awaitEnvelope(TaskCancel.class).id();
        agent.reply(dispatch, STALE);
        agent.reply(cancel, STALE);
        assertHeardOnly(agent, new TaskDispatch(task("t-1").build()), new TaskCancel("t-1", "enough"));
    }

    @Test
    void dispatch_rejectedAsHadAlreadyOrAfterAReport_isLeftToTheAgent() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        long id = awaitDispatch(agent);
        agent.reply(id, new Rejection(Rejection.Code.REPEATED, "message 2 came after 2"));
        report(agent, "t-1", 1, TaskState.RUNNING);
        agent.reply(id, invalid("whatever"));
        agent.awaitTurn();
        assertThat(handle.outcome()).isNotDone();
        report(agent, "t-1", 2, TaskState.SUCCEEDED);
        assertThat(end(handle).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void dispatch_rejectedOnASecondConnection_endsAsIndeterminate() throws Exception {
        start();
        HandDrivenAgent before = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        awaitDispatch(before);
        before.vanish();
        awaitLost("a-1");
        HandDrivenAgent after = bench.connect().join("a-1");
        after.reply(awaitDispatch(after), invalid("an argument makes no sense"));
        assertThat(end(handle).state()).isEqualTo(TaskState.INDETERMINATE); // it may have come the first time
        assertThat(end(handle).detail()).endsWith("an argument makes no sense");
    }

    // ---- the history -----------------------------------------------------------------------------------------------

    @Test
    void task_ended_isReadableAndNotSentAgain() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskRequest request = task("t-1").build();
        end(endedBy(agent, bench.center.dispatch("a-1", request)));
        TaskHandle known = bench.center.task("a-1", "t-1").orElseThrow();
        assertThat(known.request()).isEqualTo(request);
        assertThat(known.statuses()).containsExactly(status("t-1", 3, TaskState.SUCCEEDED));
        assertThat(end(known).state()).isEqualTo(TaskState.SUCCEEDED);
        known.cancel("too late");
        assertThat(end(bench.center.dispatch("a-1", request)).revision()).isEqualTo(3);
        assertHeardOnly(agent);
        assertThat(bench.center.task("a-1", "t-2")).isEmpty();
        assertThat(bench.center.task("nobody", "t-1")).isEmpty();
    }

    private static TaskHandle endedBy(HandDrivenAgent agent, TaskHandle handle) throws InterruptedException {
        agent.await(TaskDispatch.class);
        report(agent, handle.request().id(), 3, TaskState.SUCCEEDED);
        return handle;
    }

    @Test
    void task_refusedByTheAgent_canBeDispatchedAnew() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskRequest request = task("t-1").build();
        TaskHandle refused = bench.center.dispatch("a-1", request);
        agent.await(TaskDispatch.class);
        report(agent, "t-1", 1, TaskState.REFUSED);
        assertThat(end(refused).state()).isEqualTo(TaskState.REFUSED);
        TaskHandle anew = endedBy(agent, bench.center.dispatch("a-1", request));
        assertThat(end(anew).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void tasks_dispatchedAndTheAgentsOwn_areAllThere() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        endedBy(agent, bench.center.dispatch("a-1", task("t-1").build()));
        report(agent, "schedule/nightly/1", 1, TaskState.RUNNING);
        List<TaskRecord> tasks = bench.center.tasks("a-1");
        assertThat(tasks).extracting(TaskRecord::taskId).containsExactly("t-1", "schedule/nightly/1");
        assertThat(tasks).extracting(TaskRecord::isEnded).containsExactly(true, false);
        assertThat(bench.center.task("a-1", "schedule/nightly/1")).isEmpty();
    }

    // ---- the callbacks ---------------------------------------------------------------------------------------------

    @Test
    void watcher_hangs_dispatchesOfOthersGoOn() throws Exception {
        start();
        CountDownLatch release = new CountDownLatch(1);
        HandDrivenAgent one = bench.connect().join("a-1");
        HandDrivenAgent two = bench.connect().join("a-2");
        TaskHandle first = bench.center.dispatch("a-1", task("t-1").build());
        first.watch(status -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        one.await(TaskDispatch.class);
        report(one, "t-1", 1, TaskState.RUNNING);
        TaskHandle second =
                endedBy(two, bench.center.dispatch("a-2", task("t-2").build()));
        assertThat(end(second).state()).isEqualTo(TaskState.SUCCEEDED);
        release.countDown();
    }

    @Test
    void close_aWatcherHangs_theOutcomeBehindItIsThere() throws Exception {
        start();
        CountDownLatch release = new CountDownLatch(1);
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1").build());
        handle.watch(status -> {
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    // it does not let go
                }
            }
        });
        endedBy(agent, handle);
        bench.center.close();
        assertThat(handle.outcome()).isCompletedWithValue(status("t-1", 3, TaskState.SUCCEEDED));
        release.countDown();
    }

    @Test
    void task_tooLargeForAMessage_isNotTaken() throws Exception {
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskRequest large = task("t-1").argument("x", "x".repeat(4 << 20)).build();
        assertThatThrownBy(() -> bench.center.dispatch("a-1", large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the task has 41953")
                .hasMessageEndingWith(" bytes; allowed are 4128768");
        assertThatThrownBy(() -> bench.center.dispatch(AgentSelector.all(), large))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bench.center.rollOut(
                        AgentSelector.all(), large, RollOutPlan.canary(1).build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertHeardOnly(agent);
    }

    @Test
    void task_tooLargeOnlyAsJson_isNotTaken() throws Exception {
        start();
        TaskRequest quotes = task("t-1").argument("x", "\"".repeat(3 << 20)).build();
        assertThatThrownBy(() -> bench.center.dispatch("a-1", quotes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(" bytes; allowed are 4128768");
    }

    @Test
    void task_moreThanTheUsualWhereAgentsTakeMore_isSent() throws Exception {
        bench.builder.maxMessageBytes(8 << 20);
        start();
        HandDrivenAgent agent = bench.connect().join("a-1");
        TaskRequest large = task("t-1").argument("x", "x".repeat(4 << 20)).build();
        bench.center.dispatch("a-1", large);
        assertThat(agent.await(TaskDispatch.class).request()).isEqualTo(large);
    }

    @Test
    void dispatch_afterClose_throws() throws Exception {
        start();
        bench.center.close();
        assertThatThrownBy(() ->
                        bench.center.dispatch(AgentSelector.all(), task("b-1").build()))
                .isInstanceOf(CenterException.class);
        assertThatThrownBy(() -> bench.center.rollOut(
                        AgentSelector.all(),
                        task("r-1").build(),
                        RollOutPlan.canary(1).build()))
                .isInstanceOf(CenterException.class);
    }
}
