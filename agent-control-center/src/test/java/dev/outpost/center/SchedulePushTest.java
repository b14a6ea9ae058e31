package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.Agent;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.testkit.InMemoryNetwork;
import dev.outpost.center.store.AgentRecord;
import dev.outpost.center.store.AgentStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Schedules that agents are to follow, and what they make of them. */
@Timeout(60)
class SchedulePushTest {

    private static final List<Schedule> HOURLY = List.of(Schedule.of(
                    "hourly",
                    Trigger.every(Duration.ofHours(1)),
                    TaskRequest.of("scan").id("x").build())
            .build());

    private final List<ScheduleReport> told = new CopyOnWriteArrayList<>();
    private AgentStore agents = AgentStore.inMemory();
    private CenterBench bench;

    @AfterEach
    void close() {
        bench.close();
    }

    private void start() throws Exception {
        bench = new CenterBench();
        bench.builder.agentStore(agents).listener(new CenterListener() {
            @Override
            public void onSchedules(AgentInfo agent, ScheduleReport report) {
                told.add(report);
            }
        });
        bench.start();
    }

    private HandDrivenAgent join(String agentId, String scheduleVersion) throws InterruptedException {
        return bench.connect()
                .join(new Hello(
                        1, agentId, "i-1", "test", Map.of(), List.of(), List.of(), List.of(), "j-1", scheduleVersion));
    }

    private static ScheduleReport report(String version, String refused, List<String> problems, String... names) {
        List<ScheduleStatus> statuses = List.of(names).stream()
                .map(name -> new ScheduleStatus(name, "every PT1H", !name.startsWith("own"), false, null, null, 0, 0))
                .toList();
        return new ScheduleReport(version, statuses, names.length, refused, problems);
    }

    private static ScheduleAnswer answer(CompletableFuture<ScheduleAnswer> pushed) throws Exception {
        return pushed.get(20, TimeUnit.SECONDS);
    }

    private static void assertNothingHeard(HandDrivenAgent agent) throws InterruptedException {
        agent.send(new Ping());
        assertThat(agent.awaitAnswer()).isInstanceOf(Pong.class);
    }

    @Test
    void push_connectedAgent_isSentAtOnceAndAnswered() throws Exception {
        start();
        HandDrivenAgent agent = join("a-1", "");
        CompletableFuture<ScheduleAnswer> pushed = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        assertThat(agent.await(ScheduleSet.class)).isEqualTo(new ScheduleSet("v-1", HOURLY));
        agent.send(report("", "", List.of(), "own"));
        agent.awaitTurn();
        assertThat(pushed).isNotDone();
        agent.send(report("v-1", "", List.of(), "hourly"));
        assertThat(answer(pushed)).isEqualTo(new ScheduleAnswer("a-1", "v-1", true, List.of()));
        assertThat(bench.center.schedules("a-1"))
                .extracting(ScheduleStatus::name)
                .containsExactly("own", "hourly");
        Await.until("told", () -> told.size() == 2);
        assertThat(told.get(1).version()).isEqualTo("v-1");
    }

    @Test
    void push_refused_saysWhyAndIsSentAgainOnTheNextConnection() throws Exception {
        start();
        HandDrivenAgent before = join("a-1", "v-0");
        CompletableFuture<ScheduleAnswer> pushed = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        before.await(ScheduleSet.class);
        before.send(report("v-0", "v-1", List.of("no handler for 'scan'")));
        assertThat(answer(pushed)).isEqualTo(new ScheduleAnswer("a-1", "v-1", false, List.of("no handler for 'scan'")));
        before.vanish();
        assertThat(join("a-1", "v-0").await(ScheduleSet.class).version()).isEqualTo("v-1");
    }

    @Test
    void push_agentThatDoesNotKnowSchedules_isRefused() throws Exception {
        start();
        HandDrivenAgent agent = join("a-1", "");
        CompletableFuture<ScheduleAnswer> pushed = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        Envelope<CenterMessage> sent = agent.awaitEnvelope(ScheduleSet.class);
        agent.reply(sent.id(), new Rejection(Rejection.Code.UNIMPLEMENTED, "not known"));
        assertThat(answer(pushed).taken()).isFalse();
        assertThat(answer(pushed).problems()).containsExactly("not known");
    }

    @Test
    void push_lostAgent_isSentWhenItIsBackUnlessItHasThatVersion() throws Exception {
        start();
        join("a-1", "").vanish();
        join("a-2", "").vanish();
        Await.until(
                "lost",
                () -> bench.center
                                .agents(AgentSelector.connection(AgentInfo.Connection.LOST))
                                .size()
                        == 2);
        Map<String, CompletableFuture<ScheduleAnswer>> pushed =
                bench.center.pushSchedules(AgentSelector.all(), "v-1", HOURLY);
        assertThat(pushed).containsOnlyKeys("a-1", "a-2");
        assertThat(join("a-1", "").await(ScheduleSet.class).version()).isEqualTo("v-1");
        assertNothingHeard(join("a-2", "v-1"));
        assertThat(answer(pushed.get("a-2")).taken()).isTrue();
        assertThat(pushed.get("a-1")).isNotDone();
    }

    @Test
    void push_anotherVersionBeforeTheAnswer_failsTheFormer() throws Exception {
        start();
        HandDrivenAgent agent = join("a-1", "");
        CompletableFuture<ScheduleAnswer> former = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        CompletableFuture<ScheduleAnswer> latter = bench.center.pushSchedules("a-1", "v-2", List.of());
        assertThatThrownBy(() -> answer(former)).hasMessageContaining("v-2");
        agent.send(report("v-1", "", List.of(), "hourly"));
        agent.awaitTurn();
        assertThat(latter).isNotDone();
        agent.send(report("v-2", "", List.of()));
        assertThat(answer(latter).taken()).isTrue();
        assertThat(bench.center.schedules("a-1")).isEmpty();
    }

    @Test
    void push_thenRestart_isStillWhatTheAgentGets() throws Exception {
        start();
        join("a-1", "");
        var unused = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        bench.close();
        start();
        assertThat(join("a-1", "v-0").await(ScheduleSet.class)).isEqualTo(new ScheduleSet("v-1", HOURLY));
    }

    @Test
    void schedules_storeIsSlowAtTheBeginning_theFirstReportIsKept() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AgentStore fast = agents;
        agents = new AgentStore() {
            @Override
            public void put(AgentRecord agent) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                fast.put(agent);
            }

            @Override
            public List<AgentRecord> agents() {
                return fast.agents();
            }
        };
        start();
        join("a-1", "v-1");
        HandDrivenAgent again = join("a-1", "v-1"); // its turn comes when the store has taken the former
        again.send(report("v-1", "", List.of(), "hourly"));
        again.awaitTurn();
        release.countDown();
        Await.until("reported", () -> bench.center.schedules("a-1").size() == 1);
        Await.until("told", () -> told.size() == 1);
    }

    @Test
    void push_storeFails_isNotSent() throws Exception {
        agents = new AgentStore() {
            @Override
            public void put(AgentRecord agent) {
                throw new IllegalStateException("no disk");
            }

            @Override
            public List<AgentRecord> agents() {
                return List.of();
            }
        };
        start();
        HandDrivenAgent agent = join("a-1", "");
        assertThatThrownBy(() -> answer(bench.center.pushSchedules("a-1", "v-1", HOURLY)))
                .hasCauseInstanceOf(CenterException.class)
                .hasMessageContaining("agent store");
        assertNothingHeard(agent);
    }

    @Test
    void push_storeHangs_failsWithTheClose() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        agents = new AgentStore() {
            @Override
            public void put(AgentRecord agent) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public List<AgentRecord> agents() {
                return List.of();
            }
        };
        start();
        join("a-1", "");
        CompletableFuture<ScheduleAnswer> one = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        CompletableFuture<ScheduleAnswer> other = bench.center.pushSchedules("a-1", "v-2", HOURLY);
        bench.close();
        assertThat(one).isCompletedExceptionally();
        assertThat(other).isCompletedExceptionally();
        release.countDown();
    }

    @Test
    void push_tooLargeForAMessage_isNotTaken() throws Exception {
        start();
        HandDrivenAgent agent = join("a-1", "");
        TaskRequest large = TaskRequest.of("scan")
                .id("x")
                .argument("x", "x".repeat(4 << 20))
                .build();
        List<Schedule> schedules = List.of(
                Schedule.of("hourly", Trigger.every(Duration.ofHours(1)), large).build());
        assertThatThrownBy(() -> bench.center.pushSchedules("a-1", "v-1", schedules))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the set has ");
        assertThatThrownBy(() -> bench.center.pushSchedules(AgentSelector.all(), "v-1", schedules))
                .isInstanceOf(IllegalArgumentException.class);
        assertNothingHeard(agent);
    }

    @Test
    void schedules_newVersionAndAReportOfWhatChanged_thoseThatGoOnAreKept() throws Exception {
        start();
        HandDrivenAgent agent = join("a-1", "v-0");
        agent.send(report("v-0", "", List.of(), "own", "hourly", "gone"));
        var unused = bench.center.pushSchedules("a-1", "v-1", HOURLY);
        agent.await(ScheduleSet.class);
        agent.send(report("v-1", "", List.of()));
        Await.until("told", () -> told.size() == 2);
        assertThat(bench.center.schedules("a-1"))
                .extracting(ScheduleStatus::name)
                .containsExactly("own", "hourly");
        agent.send(report("v-of-another-center", "", List.of()));
        Await.until("told", () -> told.size() == 3);
        assertThat(bench.center.schedules("a-1"))
                .extracting(ScheduleStatus::name)
                .containsExactly("own");
    }

    @Test
    void schedules_wholeAgentFollowsASetWithOneChange_allAreListed() throws Exception {
        start(); // of no use here
        try (InMemoryNetwork network = new InMemoryNetwork();
                ControlCenter center = ControlCenter.builder()
                        .endpoint(network.newServer())
                        .authenticator(Authenticator.everybody())
                        .build()) {
            center.start();
            try (Agent agent = Agent.builder()
                    .id("a-1")
                    .transport(network.newTransport())
                    .task("scan", (task, context) -> TaskResult.succeeded())
                    .build()) {
                agent.start();
                Await.until("connected", () -> center.agent("a-1").isPresent());
                answer(center.pushSchedules("a-1", "v-1", List.of(every("a", 1), every("b", 1), every("c", 1))));
                answer(center.pushSchedules("a-1", "v-2", List.of(every("a", 1), every("b", 1), every("c", 2))));
                assertThat(center.schedules("a-1"))
                        .extracting(ScheduleStatus::name)
                        .containsExactlyInAnyOrder("a", "b", "c");
            }
        }
    }

    private static Schedule every(String name, int hours) {
        return Schedule.of(
                        name,
                        Trigger.every(Duration.ofHours(hours)),
                        TaskRequest.of("scan").id("x").build())
                .build();
    }

    @Test
    void steer_connectedAgent_isSent() throws Exception {
        start();
        HandDrivenAgent agent = join("a-1", "");
        bench.center.steerSchedule("a-1", "hourly", ScheduleCommand.Action.PAUSE);
        assertThat(agent.await(ScheduleCommand.class))
                .isEqualTo(new ScheduleCommand("hourly", ScheduleCommand.Action.PAUSE));
        assertThatThrownBy(() -> bench.center.steerSchedule("a-1", "x", ScheduleCommand.Action.UNSPECIFIED))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bench.center.steerSchedule("a-2", "x", ScheduleCommand.Action.PAUSE))
                .isInstanceOf(CenterException.class);
    }

    @Test
    void schedules_newConnection_beginAnew() throws Exception {
        start();
        HandDrivenAgent before = join("a-1", "v-1");
        before.send(report("v-1", "", List.of(), "hourly", "own-1"));
        Await.until("reported", () -> bench.center.schedules("a-1").size() == 2);
        before.vanish();
        assertThat(bench.center.schedules("a-1")).hasSize(2);
        HandDrivenAgent after = join("a-1", "v-1");
        after.send(report("v-1", "", List.of(), "own-1"));
        Await.until("reported", () -> bench.center.schedules("a-1").size() == 1);
        assertThat(bench.center.schedules("nobody")).isEmpty();
    }
}
