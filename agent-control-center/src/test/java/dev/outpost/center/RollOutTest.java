package dev.outpost.center;

import static dev.outpost.center.Reports.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.center.RollOutStatus.State;
import dev.outpost.center.store.TaskStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A roll-out to agents that a test drives by hand; what it decides is tested beside the machine. */
@Timeout(60)
class RollOutTest {

    private static final TaskRequest PATCH = TaskRequest.of("patch").id("r-1").build();

    private final CenterBench bench = new CenterBench();
    private final Map<String, HandDrivenAgent> fleet = new TreeMap<>();

    @BeforeEach
    void start() throws Exception {
        bench.start();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void join(int agents) throws InterruptedException {
        for (int i = 1; i <= agents; i++) {
            fleet.put("a-" + i, bench.connect().join("a-" + i));
        }
    }

    private RollOut rollOut(RollOutPlan.Builder plan) {
        return bench.center.rollOut(AgentSelector.all(), PATCH, plan.build());
    }

    /** Those that have begun and were not done before end in that state. */
    private void endAll(RollOut rollOut, Set<String> done, TaskState state) throws InterruptedException {
        for (String agentId : rollOut.tasks().keySet()) {
            if (done.add(agentId)) {
                fleet.get(agentId).await(TaskDispatch.class);
                report(fleet.get(agentId), "r-1/" + agentId, 1, state);
            }
        }
    }

    private static void awaitBegun(RollOut rollOut, int agents) {
        Await.until(agents + " have begun", () -> rollOut.tasks().size() == agents);
    }

    @Test
    void rollOut_allSucceed_goesThroughItsStages() throws Exception {
        join(6);
        RollOut rollOut = rollOut(RollOutPlan.canary(1).percent(50).soak(Duration.ofMillis(1)));
        List<RollOutStatus> seen = new CopyOnWriteArrayList<>();
        rollOut.watch(seen::add);
        Set<String> done = new HashSet<>();
        awaitBegun(rollOut, 1);
        TaskHandle canary = rollOut.tasks().values().iterator().next();
        assertThat(canary.request().parent()).isEqualTo("r-1");
        assertThat(canary.request().type()).isEqualTo("patch");
        endAll(rollOut, done, TaskState.SUCCEEDED);
        awaitBegun(rollOut, 3);
        endAll(rollOut, done, TaskState.SUCCEEDED);
        awaitBegun(rollOut, 6);
        endAll(rollOut, done, TaskState.SUCCEEDED);
        RollOutStatus end = rollOut.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(State.COMPLETED);
        assertThat(end.counts().in(TaskState.SUCCEEDED)).isEqualTo(6);
        Await.until("seen", () -> seen.contains(end));
        assertThat(seen).extracting(RollOutStatus::stage).isSorted();
        assertThat(seen).extracting(RollOutStatus::state).contains(State.RUNNING, State.SOAKING);
        assertThat(rollOut.status()).isEqualTo(end);
    }

    @Test
    void rollOut_canaryFails_stopsAndNobodyElseIsSentAnything() throws Exception {
        join(4);
        RollOut rollOut = rollOut(RollOutPlan.canary(1));
        awaitBegun(rollOut, 1);
        endAll(rollOut, new HashSet<>(), TaskState.FAILED);
        RollOutStatus end = rollOut.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(State.STOPPED);
        assertThat(end.begun()).isEqualTo(1);
        assertThat(rollOut.tasks()).hasSize(1);
    }

    @Test
    void rollOut_stageTakesTooLong_stopsAndCancels() throws Exception {
        join(2);
        RollOut rollOut = rollOut(
                RollOutPlan.canary(1).stageTimeout(Duration.ofMillis(20)).cancelOnStop());
        assertThat(rollOut.outcome().get(20, TimeUnit.SECONDS).reason()).isEqualTo("stage 1 took longer than PT0.02S");
        String canary = rollOut.tasks().keySet().iterator().next();
        assertThat(fleet.get(canary).await(TaskCancel.class).taskId()).isEqualTo("r-1/" + canary);
    }

    @Test
    void rollOut_pausedAndStoppedByHand_doesSo() throws Exception {
        join(2);
        RollOut rollOut = rollOut(RollOutPlan.canary(1));
        awaitBegun(rollOut, 1);
        rollOut.pause();
        endAll(rollOut, new HashSet<>(), TaskState.SUCCEEDED);
        Await.until("soaking", () -> rollOut.status().state() == State.SOAKING);
        assertThat(rollOut.status().paused()).isTrue();
        rollOut.stop("wrong version", false);
        RollOutStatus end = rollOut.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.reason()).isEqualTo("wrong version");
        assertThat(rollOut.tasks()).hasSize(1);
    }

    @Test
    void rollOut_someAreLost_theyComeLastAndExpireWithoutHarm() throws Exception {
        join(5);
        for (String lost : List.of("a-1", "a-2", "a-3")) {
            fleet.get(lost).vanish();
        }
        Await.until(
                "lost",
                () -> bench.center
                                .agents(AgentSelector.connection(AgentInfo.Connection.LOST))
                                .size()
                        == 3);
        TaskRequest template =
                PATCH.toBuilder().notAfter(Instant.now().plusSeconds(2)).build();
        RollOut rollOut = bench.center.rollOut(
                AgentSelector.all(), template, RollOutPlan.canary(2).build());
        awaitBegun(rollOut, 2);
        assertThat(rollOut.tasks()).containsOnlyKeys("a-4", "a-5");
        endAll(rollOut, new HashSet<>(), TaskState.SUCCEEDED);
        RollOutStatus end = rollOut.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(State.COMPLETED);
        assertThat(end.counts().in(TaskState.EXPIRED)).isEqualTo(3);
    }

    @Test
    void rollOut_centerCloses_outcomeFails() throws Exception {
        join(1);
        RollOut rollOut = rollOut(RollOutPlan.canary(1));
        bench.center.close();
        assertThatThrownBy(() -> rollOut.outcome().get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(CenterException.class);
    }

    @Test
    void rollOut_begunAgainByTheNextCenter_passesOverThoseThatHaveEnded() throws Exception {
        TaskStore tasks = TaskStore.inMemory();
        try (CenterBench first = new CenterBench()) {
            first.builder.taskStore(tasks);
            first.start();
            HandDrivenAgent agent = first.connect().join("a-1");
            RollOut rollOut = first.center.rollOut(
                    AgentSelector.all(), PATCH, RollOutPlan.canary(1).build());
            agent.await(TaskDispatch.class);
            report(agent, "r-1/a-1", 1, TaskState.SUCCEEDED);
            rollOut.outcome().get(20, TimeUnit.SECONDS);
        }
        try (CenterBench second = new CenterBench()) {
            second.builder.taskStore(tasks);
            second.start();
            HandDrivenAgent done = second.connect().join("a-1");
            HandDrivenAgent other = second.connect().join("a-2");
            RollOut rollOut = second.center.rollOut(
                    AgentSelector.all(), PATCH, RollOutPlan.canary(1).build());
            other.await(TaskDispatch.class);
            report(other, "r-1/a-2", 1, TaskState.SUCCEEDED);
            RollOutStatus end = rollOut.outcome().get(20, TimeUnit.SECONDS);
            assertThat(end.counts().in(TaskState.SUCCEEDED)).isEqualTo(2);
            done.send(new Ping());
            assertThat(done.awaitAnswer()).isInstanceOf(Pong.class);
        }
    }

    @Test
    void plan_valuesOutOfRange_areRefused() {
        assertThatThrownBy(() -> RollOutPlan.canary(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RollOutPlan.canary(1).percent(101)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RollOutPlan.canary(1).percent(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RollOutPlan.canary(1).mostFailureRate(1.5, 1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.5");
        assertThatThrownBy(
                        () -> RollOutPlan.canary(1).soak(Duration.ofNanos(-1)).build())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
