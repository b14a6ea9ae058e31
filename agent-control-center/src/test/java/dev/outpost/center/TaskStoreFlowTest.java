package dev.outpost.center;

import static dev.outpost.center.Reports.report;
import static dev.outpost.center.Reports.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskRecord;
import dev.outpost.center.store.TaskStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks and agents that outlive their control center, and stores that take their time or fail. */
@Timeout(60)
class TaskStoreFlowTest {

    private final TaskStore tasks = TaskStore.inMemory();
    private final AgentStore agents = AgentStore.inMemory();
    private final List<TaskStatus> told = new CopyOnWriteArrayList<>();
    private CenterBench bench;

    @AfterEach
    void close() {
        bench.close();
    }

    private void start(TaskStore store) throws Exception {
        bench = new CenterBench();
        bench.builder.taskStore(store).agentStore(agents).listener(new CenterListener() {
            @Override
            public void onTaskStatus(AgentInfo agent, TaskStatus status) {
                told.add(status);
            }
        });
        bench.start();
    }

    private void restart() throws Exception {
        bench.close();
        start(tasks);
    }

    private static TaskRequest task(String id) {
        return TaskRequest.of("any").id(id).build();
    }

    private static Hello hello(String instanceId, String journalId) {
        return new Hello(
                1, "a-1", instanceId, "test", Map.of("k", "v"), List.of("any"), List.of(), List.of(), journalId, "");
    }

    private HandDrivenAgent join(String instanceId, String journalId) throws InterruptedException {
        return bench.connect().join(hello(instanceId, journalId));
    }

    private static TaskStatus end(TaskHandle handle) throws Exception {
        return handle.outcome().get(20, TimeUnit.SECONDS);
    }

    // ---- restarts --------------------------------------------------------------------------------------------------

    @Test
    void restart_taskUnderWay_goesOnAndIsToldToItsEndOnce() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "j-1");
        TaskHandle lostHandle = bench.center.dispatch("a-1", task("t-1"));
        before.await(TaskDispatch.class);
        report(before, "t-1", 1, TaskState.ACCEPTED);
        report(before, "t-1", 2, TaskState.RUNNING);
        restart();
        assertThatThrownBy(() -> end(lostHandle)).hasCauseInstanceOf(CenterException.class);
        assertThat(bench.center.agent("a-1").orElseThrow().connection()).isEqualTo(AgentInfo.Connection.LOST);
        assertThat(bench.center.agent("a-1").orElseThrow().labels()).containsEntry("k", "v");
        TaskHandle handle = bench.center.task("a-1", "t-1").orElseThrow();
        assertThat(handle.status()).contains(status("t-1", 2, TaskState.RUNNING));
        HandDrivenAgent after = join("i-1", "j-1");
        assertThat(after.await(TaskDispatch.class).request()).isEqualTo(task("t-1"));
        report(after, "t-1", 2, TaskState.RUNNING); // its acknowledgement was lost
        report(after, "t-1", 3, TaskState.SUCCEEDED);
        assertThat(end(handle)).isEqualTo(status("t-1", 3, TaskState.SUCCEEDED));
        Await.until("told", () -> told.size() >= 3);
        assertThat(told)
                .extracting(TaskStatus::state)
                .containsExactly(TaskState.ACCEPTED, TaskState.RUNNING, TaskState.SUCCEEDED);
        assertThat(bench.center.dispatch("a-1", task("t-1")).outcome().get(20, TimeUnit.SECONDS))
                .isEqualTo(end(handle));
    }

    @Test
    void restart_tasksTooLargeForThisCenter_endInsteadOfTheConnection() throws Exception {
        TaskRequest large =
                task("sent").toBuilder().argument("x", "x".repeat(4 << 20)).build();
        tasks.add(TaskRecord.dispatched("a-1", large, Instant.now(), true));
        tasks.add(TaskRecord.dispatched("a-1", large.toBuilder().id("kept").build(), Instant.now(), false));
        start(tasks);
        HandDrivenAgent agent = join("i-1", "j-1");
        for (String id : List.of("sent", "kept")) {
            TaskStatus end = end(bench.center.task("a-1", id).orElseThrow());
            assertThat(end.state()).isEqualTo(id.equals("sent") ? TaskState.INDETERMINATE : TaskState.REFUSED);
            assertThat(end.detail()).startsWith("the task has 41953");
        }
        bench.center.dispatch("a-1", task("small"));
        assertThat(agent.await(TaskDispatch.class).request()).isEqualTo(task("small"));
    }

    @Test
    void restart_taskTooLargeThatTheAgentHas_isNotSentAndIsCancelled() throws Exception {
        TaskRequest large =
                task("t-1").toBuilder().argument("x", "x".repeat(4 << 20)).build();
        TaskRecord sent = TaskRecord.dispatched("a-1", large, Instant.now(), true);
        tasks.add(sent);
        tasks.put(sent.reported(status("t-1", 2, TaskState.ACCEPTED), "j-1\u001fi-1"));
        start(tasks);
        HandDrivenAgent agent = join("i-1", "j-1");
        TaskHandle handle = bench.center.task("a-1", "t-1").orElseThrow();
        handle.cancel("enough");
        assertThat(agent.awaitAnswer()).isEqualTo(new TaskCancel("t-1", "enough"));
        agent.vanish();
        HandDrivenAgent again = join("i-1", "j-1");
        assertThat(again.awaitAnswer()).isEqualTo(new TaskCancel("t-1", "enough"));
        report(again, "t-1", 3, TaskState.CANCELLED);
        assertThat(end(handle).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void restart_afterTheEnd_reportThatComesAgainIsNoNews() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "j-1");
        bench.center.dispatch("a-1", task("t-1"));
        report(before, "t-1", 3, TaskState.SUCCEEDED);
        report(before, "schedule/x/1", 2, TaskState.FAILED);
        Await.until("told", () -> told.size() == 2);
        restart();
        HandDrivenAgent after = join("i-2", "j-1");
        report(after, "t-1", 3, TaskState.SUCCEEDED);
        report(after, "schedule/x/1", 2, TaskState.FAILED);
        assertThat(bench.counters()).containsEntry("task.reports.repeated", 2L);
        assertThat(told).hasSize(2);
    }

    @Test
    void restart_queuedTaskExpiresMeanwhile_endsHereAndIsNotSent() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "j-1");
        before.vanish();
        Await.until("lost", () -> bench.center.agent("a-1").orElseThrow().connection() == AgentInfo.Connection.LOST);
        Instant soon = Instant.now().plusMillis(1_500);
        bench.center.dispatch("a-1", task("t-1").toBuilder().notAfter(soon).build());
        bench.center.dispatch("a-1", task("t-2"));
        restart();
        TaskHandle handle = bench.center.task("a-1", "t-1").orElseThrow();
        assertThat(end(handle).state()).isEqualTo(TaskState.EXPIRED);
        assertThat(join("i-1", "j-1").await(TaskDispatch.class).request().id()).isEqualTo("t-2");
    }

    @Test
    void restart_cancelledTask_isCancelledAgain() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "j-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        before.await(TaskDispatch.class);
        handle.cancel("enough");
        before.await(TaskCancel.class);
        restart();
        HandDrivenAgent after = join("i-1", "j-1");
        after.await(TaskDispatch.class);
        assertThat(after.await(TaskCancel.class)).isEqualTo(new TaskCancel("t-1", "enough"));
    }

    // ---- whose revisions -------------------------------------------------------------------------------------------

    @Test
    void revision_newRunWithTheSameJournal_goesOnGrowing() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "j-1");
        report(before, "schedule/x/1", 5, TaskState.RUNNING);
        before.vanish();
        HandDrivenAgent after = join("i-2", "j-1");
        report(after, "schedule/x/1", 5, TaskState.RUNNING);
        assertThat(bench.counters()).containsEntry("task.reports.repeated", 1L);
        HandDrivenAgent otherJournal = join("i-3", "j-2");
        report(otherJournal, "schedule/x/1", 1, TaskState.RUNNING);
        assertThat(bench.counters()).containsEntry("task.reports.received", 2L);
    }

    @Test
    void revision_newRunWithoutJournal_countsAnewAndTheSameRunDoesNot() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "");
        report(before, "schedule/x/1", 5, TaskState.RUNNING);
        before.vanish();
        HandDrivenAgent again = join("i-1", "");
        report(again, "schedule/x/1", 4, TaskState.RUNNING);
        assertThat(bench.counters()).containsEntry("task.reports.repeated", 1L);
        HandDrivenAgent newRun = join("i-2", "");
        report(newRun, "schedule/x/1", 1, TaskState.RUNNING);
        assertThat(bench.counters()).containsEntry("task.reports.received", 2L);
    }

    @Test
    void revision_reportOfTheRunBeforeOnItsOldLink_isPassedOver() throws Exception {
        start(tasks);
        HandDrivenAgent before = join("i-1", "").lingering();
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        before.await(TaskDispatch.class);
        HandDrivenAgent after = join("i-2", "");
        after.await(TaskDispatch.class);
        before.send(new TaskReport(status("t-1", 9, TaskState.RUNNING)));
        before.awaitTurn();
        assertThat(bench.counters()).containsEntry("task.reports.superseded", 1L);
        assertThat(handle.statuses()).isEmpty();
        report(after, "t-1", 1, TaskState.SUCCEEDED);
        assertThat(end(handle).revision()).isEqualTo(1);
    }

    // ---- stores that take their time, or fail ----------------------------------------------------------------------

    @Test
    void store_blocks_holdsSendsAndAcknowledgementsBackAndNothingElse() throws Exception {
        SlowStore slow = new SlowStore(tasks);
        start(slow);
        HandDrivenAgent agent = join("i-1", "j-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        agent.send(new Ping());
        assertThat(agent.awaitAnswer()).isInstanceOf(Pong.class); // the event loop is free, the task is not sent
        slow.permits.release();
        assertThat(agent.awaitAnswer()).isInstanceOf(TaskDispatch.class);
        agent.send(new TaskReport(status("t-1", 1, TaskState.SUCCEEDED)));
        agent.send(new Ping());
        assertThat(agent.awaitAnswer()).isInstanceOf(Pong.class);
        assertThat(handle.outcome()).isNotDone();
        slow.permits.release();
        assertThat(agent.awaitAnswer()).isEqualTo(new TaskReportAck("t-1", 1));
        assertThat(end(handle).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(slow.threads).isNotEmpty().allMatch(thread -> thread.startsWith("outpost-center-worker-"));
    }

    @Test
    void store_failsToTakeADispatch_failsItsOutcomeAndSendsNothing() throws Exception {
        FailingStore failing = new FailingStore(tasks);
        start(failing);
        HandDrivenAgent agent = join("i-1", "j-1");
        failing.broken = true;
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        assertThatThrownBy(() -> end(handle))
                .hasCauseInstanceOf(CenterException.class)
                .hasMessageContaining("the task store failed");
        agent.send(new Ping());
        assertThat(agent.awaitAnswer()).isInstanceOf(Pong.class);
        failing.broken = false;
        bench.center.dispatch("a-1", task("t-1"));
        assertThat(agent.await(TaskDispatch.class).request()).isEqualTo(task("t-1"));
    }

    @Test
    void store_failsToTakeAReport_endsTheConnectionAndTakesItWhenItComesAgain() throws Exception {
        FailingStore failing = new FailingStore(tasks);
        start(failing);
        HandDrivenAgent before = join("i-1", "j-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        before.await(TaskDispatch.class);
        failing.broken = true;
        before.send(new TaskReport(status("t-1", 1, TaskState.SUCCEEDED)));
        assertThat(before.awaitClosed().detail()).contains("task store");
        assertThat(handle.status()).isEmpty();
        failing.broken = false;
        HandDrivenAgent after = join("i-1", "j-1");
        after.await(TaskDispatch.class);
        report(after, "t-1", 1, TaskState.SUCCEEDED);
        assertThat(end(handle).state()).isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void store_failsToTakeACancel_isSentOnTheNextConnection() throws Exception {
        FailingStore failing = new FailingStore(tasks);
        start(failing);
        HandDrivenAgent before = join("i-1", "j-1");
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        before.await(TaskDispatch.class);
        failing.broken = true;
        handle.cancel("enough");
        before.awaitClosed();
        failing.broken = false;
        HandDrivenAgent after = join("i-1", "j-1");
        after.await(TaskDispatch.class);
        assertThat(after.await(TaskCancel.class).reason()).isEqualTo("enough");
    }

    @Test
    void store_failsToTakeTheEndOfAnUnsentTask_takesItAsSoonAsItWorks() throws Exception {
        FailingStore failing = new FailingStore(tasks);
        start(failing);
        join("i-1", "j-1").vanish();
        Await.until("lost", () -> bench.center.agent("a-1").orElseThrow().connection() == AgentInfo.Connection.LOST);
        TaskHandle handle = bench.center.dispatch("a-1", task("t-1"));
        failing.broken = true;
        handle.cancel("enough");
        assertThat(handle.outcome()).isNotDone();
        failing.broken = false;
        assertThat(end(handle).state()).isEqualTo(TaskState.CANCELLED); // without the agent
    }

    @Test
    void task_openInTheStoreOnly_isSentAndToldToItsEnd() throws Exception {
        start(tasks);
        HandDrivenAgent agent = join("i-1", "j-1");
        tasks.put(TaskRecord.dispatched("a-1", task("t-1"), Instant.now(), true));
        TaskHandle handle = bench.center.task("a-1", "t-1").orElseThrow();
        assertThat(bench.center.task("a-1", "t-1")).containsSame(handle);
        assertThat(agent.await(TaskDispatch.class).request()).isEqualTo(task("t-1"));
        report(agent, "t-1", 1, TaskState.SUCCEEDED);
        assertThat(end(handle)).isEqualTo(status("t-1", 1, TaskState.SUCCEEDED));
    }

    private static class ForwardingStore implements TaskStore {

        private final TaskStore to;

        ForwardingStore(TaskStore to) {
            this.to = to;
        }

        void beforeChange() {}

        @Override
        public Optional<TaskRecord> add(TaskRecord record) {
            beforeChange();
            return to.add(record);
        }

        @Override
        public void put(TaskRecord record) {
            beforeChange();
            to.put(record);
        }

        @Override
        public Optional<TaskRecord> task(String agentId, String taskId) {
            return to.task(agentId, taskId);
        }

        @Override
        public List<TaskRecord> tasks(String agentId) {
            return to.tasks(agentId);
        }

        @Override
        public List<TaskRecord> open() {
            return to.open();
        }
    }

    /** Each change waits for a permit. */
    private static final class SlowStore extends ForwardingStore {

        private final Semaphore permits = new Semaphore(0);
        private final List<String> threads = new CopyOnWriteArrayList<>();

        SlowStore(TaskStore to) {
            super(to);
        }

        @Override
        void beforeChange() {
            threads.add(Thread.currentThread().getName());
            permits.acquireUninterruptibly();
        }
    }

    private static final class FailingStore extends ForwardingStore {

        private volatile boolean broken;

        FailingStore(TaskStore to) {
            super(to);
        }

        @Override
        void beforeChange() {
            if (broken) {
                throw new IllegalStateException("no disk");
            }
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    }
}
