package dev.outpost.examples.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.Compression;
import dev.outpost.agent.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent and a control center in another language that was made from the contract and its description alone. */
@Timeout(120)
abstract class NodeCenterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    /** The control center's script. */
    abstract String script();

    /** Leads to that port of this machine. */
    abstract Transport transport(int port);

    @Test
    void agent_withACenterInNode_isLetInAndDeliversAndRunsATask() throws Exception {
        try (NodeCenter center = NodeCenter.start(script(), directory)) {
            Agent agent = builder(center)
                    .task(
                            "greet",
                            (task, context) -> TaskResult.succeeded(Map.of(
                                    "greeting", "Hello " + task.arguments().get("name"))))
                    .build();
            try (agent) {
                agent.start();
                publish(agent, 0, 1_000);
                assertThat(agent.flush(PATIENCE)).isTrue();
                center.await("heartbeats acknowledged", () -> agent.snapshot().counter("heartbeats.acked") >= 3);
                center.await("the end of the task", () -> finalReports(center).size() == 1);
                assertThat(agent.snapshot().lane("logs").delivered()).isEqualTo(1_000);
                assertThat(agent.snapshot().counter("session.lost")).isZero();
            }
            assertThat(center.events("hello"))
                    .singleElement()
                    .satisfies(hello -> assertThat(hello)
                            .containsEntry("agentId", "of-node")
                            .containsEntry("taskTypes", List.of("greet")));
            assertThat(center.events("heartbeat"))
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allSatisfy(beat -> assertThat(beat).containsEntry("condition", "HEALTHY"));
            assertThat(records(center)).containsExactlyInAnyOrderElementsOf(numbers(1_000));
            assertThat(finalReports(center).get(0))
                    .containsEntry("state", "SUCCEEDED")
                    .containsEntry("output", Map.of("greeting", "Hello Node"));
            center.await("a goodbye", () -> center.events("goodbye").size() == 1);
            assertThat(center.events("rejection")).isEmpty();
            assertThat(center.events("gap")).isEmpty();
        }
    }

    @Test
    void center_killedAndStartedAnew_missesAndDoublesNothing() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        TaskHandler patient = (task, context) -> {
            runs.incrementAndGet();
            goOn.await();
            return TaskResult.succeeded();
        };
        try (NodeCenter center = NodeCenter.start(script(), directory);
                Agent agent = builder(center)
                        .compression(Compression.GZIP)
                        .task("greet", patient)
                        .build()) {
            agent.start();
            publish(agent, 0, 1_000);
            center.await("records, and a task that runs", () -> !records(center).isEmpty() && runs.get() == 1);

            center.kill();
            publish(agent, 1_000, 2_000);
            center.await("the loss is found", () -> agent.state() == AgentState.OFFLINE);
            publish(agent, 2_000, 3_000);
            goOn.countDown();
            center.startAnew();

            assertThat(agent.flush(PATIENCE)).isTrue();
            center.await("the end of the task", () -> finalReports(center).size() == 1);
            assertThat(records(center)).containsExactlyInAnyOrderElementsOf(numbers(3_000));
            assertThat(runs).hasValue(1);
            assertThat(finalReports(center).get(0)).containsEntry("state", "SUCCEEDED");
            assertThat(agent.snapshot().lane("logs").delivered()).isEqualTo(3_000);
            assertThat(agent.snapshot().lane("logs").droppedTotal()).isZero();
        }
    }

    private AgentBuilder builder(NodeCenter center) {
        return Agent.builder()
                .id("of-node")
                .transport(transport(center.port()))
                .backoff(new Backoff(Duration.ofMillis(50), Duration.ofMillis(200)))
                .batchInterval(Duration.ofMillis(20))
                .shutdownTimeout(Duration.ofSeconds(2));
    }

    private static void publish(Agent agent, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(agent.logs().publish(i % 4 == 0 ? Severity.WARN : Severity.INFO, "record " + i))
                    .isTrue();
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "record " + i).toList();
    }

    private static List<String> records(NodeCenter center) {
        return center.events("batch").stream()
                .filter(batch -> "LOGS".equals(batch.get("signal")))
                .flatMap(batch -> {
                    List<?> records = (List<?>) batch.get("records");
                    assertThat(batch.get("recordCount")).isEqualTo(Integer.toString(records.size()));
                    return records.stream().map(Object::toString);
                })
                .toList();
    }

    private static List<Map<String, Object>> finalReports(NodeCenter center) {
        return center.events("taskReport").stream()
                .filter(report -> "SUCCEEDED".equals(report.get("state")))
                .toList();
    }
}
