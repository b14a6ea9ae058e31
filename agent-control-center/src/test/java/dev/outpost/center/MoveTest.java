package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.testkit.InMemoryNetwork;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent that gets new certificates all the time, under traffic in both directions. */
@Timeout(60)
class MoveTest {

    private static final int MOVES = 10;
    private static final int RECORDS_PER_MOVE = 2_000;

    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private final List<AgentState> states = new CopyOnWriteArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();

    /** A transport whose certificate changes when the test says so. */
    private record Renewed(Transport inner, AtomicInteger certificate) implements Transport {

        @Override
        public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
            return inner.open(hello, listener);
        }

        @Override
        public String target() {
            return inner.target();
        }

        @Override
        public Identity identity() {
            return new Identity("certificate " + certificate.get(), null, null, null);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    @Test
    void identity_changesUnderTraffic_nothingIsLostDoubledOrEverOffline() throws Exception {
        InMemoryNetwork network = new InMemoryNetwork();
        AtomicInteger certificate = new AtomicInteger();
        try (ControlCenter center = ControlCenter.builder()
                        .endpoint(network.newServer())
                        .authenticator(Authenticator.everybody())
                        .telemetry(new TelemetryHandler() {
                            @Override
                            public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
                                batch.records().stream()
                                        .map(LogRecord::body)
                                        .map(String::valueOf)
                                        .forEach(arrived::add);
                                return CompletableFuture.completedStage(null);
                            }
                        })
                        .build();
                Agent agent = Agent.builder()
                        .id("a-1")
                        .transport(new Renewed(network.newTransport(), certificate))
                        .identityInterval(Duration.ofMillis(100))
                        .batchInterval(Duration.ofMillis(20))
                        .listener(new AgentListener() {
                            @Override
                            public void onStateChanged(AgentState from, AgentState to, String reason) {
                                states.add(to);
                            }
                        })
                        .task("count", (task, context) -> {
                            runs.incrementAndGet();
                            return TaskResult.succeeded();
                        })
                        .build()) {
            center.start();
            agent.start();
            Await.until("the agent is in", () -> agent.state() == AgentState.ONLINE);
            List<TaskHandle> tasks = new ArrayList<>();
            for (int move = 1; move <= MOVES; move++) {
                for (int i = 0; i < RECORDS_PER_MOVE; i++) {
                    int number = (move - 1) * RECORDS_PER_MOVE + i;
                    while (!agent.logs().publish(Severity.WARN, "record " + number)) {
                        Thread.onSpinWait();
                    }
                    if (i == RECORDS_PER_MOVE / 2) {
                        certificate.incrementAndGet();
                    }
                    if (i % 200 == 0) {
                        tasks.add(center.dispatch("a-1", TaskRequest.of("count").build()));
                    }
                }
                int expected = move;
                Await.until("move " + move, () -> agent.snapshot().counter("session.moved") >= expected);
            }

            assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
            for (TaskHandle task : tasks) {
                assertThat(task.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
            }
            assertThat(arrived)
                    .containsExactlyElementsOf(IntStream.range(0, MOVES * RECORDS_PER_MOVE)
                            .mapToObj(i -> "record " + i)
                            .toList());
            assertThat(runs).hasValue(tasks.size());
            assertThat(states).as("since it came in").last().isEqualTo(AgentState.ONLINE);
            assertThat(states).doesNotHaveDuplicates();
            LaneSnapshot lane = agent.snapshot().lane("logs");
            assertThat(lane.delivered()).isEqualTo(lane.emitted()).isEqualTo(MOVES * RECORDS_PER_MOVE);
        }
        network.close();
    }
}
