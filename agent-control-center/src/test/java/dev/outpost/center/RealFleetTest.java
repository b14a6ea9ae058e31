package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real agents over gRPC: what the control center asks of many of them. */
@Timeout(60)
class RealFleetTest {

    private static final int AGENTS = 5;

    private final TaskStore tasks = TaskStore.inMemory();
    private final AgentStore agentStore = AgentStore.inMemory();
    private final Map<String, Integer> runs = new ConcurrentHashMap<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<Agent> agents = new ArrayList<>();
    private ControlCenter center;

    @AfterEach
    void close() {
        release.countDown();
        agents.forEach(Agent::close);
        center.close();
    }

    private void startCenter(int port) throws Exception {
        center = ControlCenter.builder()
                .endpoint(Wires.GRPC.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .authenticator(Authenticator.everybody())
                .taskStore(tasks)
                .agentStore(agentStore)
                .build();
        center.start();
    }

    private void startAgents() throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), center.port());
        for (int i = 0; i < AGENTS; i++) {
            String id = "a-" + i;
            Agent agent = Agent.builder()
                    .id(id)
                    .label("half", i % 2 == 0 ? "even" : "odd")
                    .transport(Wires.GRPC.transport(address))
                    .task("count", (task, context) -> {
                        runs.merge(task.id(), 1, Integer::sum);
                        return TaskResult.succeeded();
                    })
                    .task("wait", (task, context) -> {
                        runs.merge(task.id(), 1, Integer::sum);
                        release.await();
                        return TaskResult.succeeded();
                    })
                    .build();
            agent.start();
            agents.add(agent);
        }
        awaitConnected();
    }

    private void awaitConnected() {
        AgentSelector connected = AgentSelector.connection(AgentInfo.Connection.CONNECTED);
        Await.until("all are in", () -> center.agents(connected).size() == AGENTS);
    }

    @Test
    void broadcast_toALabel_runsOnceOnEachOfThose() throws Exception {
        startCenter(0);
        startAgents();
        TaskCounts counts = center.dispatch(
                        AgentSelector.label("half", "even").and(AgentSelector.taskType("count")),
                        TaskRequest.of("count").id("b-1").build())
                .outcome()
                .get(20, TimeUnit.SECONDS);
        assertThat(counts).isEqualTo(new TaskCounts(3, Map.of(TaskState.SUCCEEDED, 3)));
        assertThat(runs).isEqualTo(Map.of("b-1/a-0", 1, "b-1/a-2", 1, "b-1/a-4", 1));
    }

    @Test
    void rollOut_toAll_runsOnceOnEach() throws Exception {
        startCenter(0);
        startAgents();
        RollOut rollOut = center.rollOut(
                AgentSelector.all(),
                TaskRequest.of("count").id("r-1").build(),
                RollOutPlan.canary(1).percent(40).build());
        RollOutStatus end = rollOut.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(RollOutStatus.State.COMPLETED);
        assertThat(end.counts().in(TaskState.SUCCEEDED)).isEqualTo(AGENTS);
        assertThat(runs)
                .hasSize(AGENTS)
                .allSatisfy((task, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void restart_tasksUnderWay_endOnceAndAreKnownToTheNextCenter() throws Exception {
        startCenter(0);
        startAgents();
        int port = center.port();
        Broadcast broadcast = center.dispatch(
                AgentSelector.all(), TaskRequest.of("wait").id("b-1").build());
        Await.until("all run", () -> broadcast.counts().in(TaskState.RUNNING) == AGENTS);
        center.close();
        startCenter(port);
        assertThat(center.agents(AgentSelector.label("half", "odd"))).hasSize(2);
        List<TaskHandle> handles = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            handles.add(center.task("a-" + i, "b-1/a-" + i).orElseThrow());
        }
        agents.forEach(Agent::reconnectNow);
        awaitConnected();
        release.countDown();
        for (TaskHandle handle : handles) {
            assertThat(handle.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
        }
        assertThat(runs)
                .hasSize(AGENTS)
                .allSatisfy((task, times) -> assertThat(times).isEqualTo(1));
    }
}
