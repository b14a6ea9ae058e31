package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.testkit.InMemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing an agent under load, from the wrong places and against extensions that do not let go: it ends, and accounts. */
@Timeout(60)
class RobustCloseTest {

    private static final int PUBLISHERS = 4;

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final AtomicLong arrived = new AtomicLong();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final AtomicReference<Agent> agent = new AtomicReference<>();
    private ControlCenter center;

    @BeforeEach
    void startCenter() throws Exception {
        center = ControlCenter.builder()
                .endpoint(network.newServer())
                .telemetry(new TelemetryHandler() {
                    @Override
                    public CompletionStage<?> onLogs(AgentInfo from, LogBatch batch) {
                        arrived.addAndGet(batch.recordCount());
                        return CompletableFuture.completedStage(null);
                    }
                })
                .build();
        center.start();
    }

    @AfterEach
    void closeAll() {
        testIsOver.countDown();
        agent.get().close();
        center.close();
        network.close();
    }

    @Test
    void close_whileManyPublish_everyRecordIsAccountedFor() throws Exception {
        for (int round = 0; round < 10; round++) {
            arrived.set(0);
            start(builder());
            LaneSnapshot logs = closeWhilePublishing();
            assertThat(logs.delivered())
                    .as("round %d: %s, and the last acknowledgements may have come too late", round, logs)
                    .isBetween(1L, arrived.get());
        }
    }

    @Test
    void close_offlineWithoutTime_everyRecordIsAccountedFor() throws Exception {
        center.close();
        for (int round = 0; round < 10; round++) {
            agent.set(builder().shutdownTimeout(Duration.ZERO).build());
            agent.get().start();
            assertThat(closeWhilePublishing().delivered()).isZero();
        }
    }

    /** All publish until they have seen the agent closed, and then once more. */
    private LaneSnapshot closeWhilePublishing() throws Exception {
        AtomicLong published = new AtomicLong();
        CountDownLatch underWay = new CountDownLatch(1_000);
        List<Thread> publishers = new ArrayList<>();
        Agent closing = agent.get();
        for (int i = 0; i < PUBLISHERS; i++) {
            Thread publisher = new Thread(() -> {
                boolean closed;
                do {
                    closed = closing.state() == AgentState.CLOSED;
                    closing.logs().publish(Severity.INFO, "record");
                    published.incrementAndGet();
                    underWay.countDown();
                } while (!closed);
            });
            publisher.start();
            publishers.add(publisher);
        }
        underWay.await();
        closing.close();
        for (Thread publisher : publishers) {
            publisher.join();
        }
        LaneSnapshot logs = closing.snapshot().lane("logs");
        assertThat(logs.emitted()).as("%s", logs).isEqualTo(published.get());
        assertThat(logs.delivered() + logs.droppedTotal()).as("%s", logs).isEqualTo(logs.emitted());
        assertThat(logs.inMemory()).as("%s", logs).isZero();
        return logs;
    }

    @Test
    void close_fromTaskHandler_ends() {
        CountDownLatch returned = new CountDownLatch(1);
        start(builder().task("suicide", (task, context) -> {
            agent.get().close();
            returned.countDown();
            return TaskResult.succeeded();
        }));
        CompletableFuture<TaskStatus> end =
                agent.get().submit(TaskRequest.of("suicide").build());
        Await.until("close returned", () -> returned.getCount() == 0);
        assertThat(agent.get().state()).isEqualTo(AgentState.CLOSED);
        Await.until("future is done", end::isDone);
    }

    @Test
    void close_fromListener_endsWithoutWaitingForItself() {
        CountDownLatch returned = new CountDownLatch(1);
        agent.set(builder()
                .shutdownTimeout(Duration.ofSeconds(40)) // more than this test waits
                .listener(new AgentListener() {
                    @Override
                    public void onStateChanged(AgentState from, AgentState to, String reason) {
                        if (to == AgentState.ONLINE) {
                            agent.get().close();
                            returned.countDown();
                        }
                    }
                })
                .build());
        agent.get().start();
        Await.until("close returned", () -> returned.getCount() == 0);
        assertThat(agent.get().state()).isEqualTo(AgentState.CLOSED);
    }

    @Test
    void close_fromMetricSource_ends() {
        CountDownLatch returned = new CountDownLatch(1);
        agent.set(builder()
                .metrics(
                        recorder -> {
                            agent.get().close();
                            returned.countDown();
                        },
                        Duration.ofMillis(100))
                .build());
        agent.get().start();
        Await.until("close returned", () -> returned.getCount() == 0);
        assertThat(agent.get().state()).isEqualTo(AgentState.CLOSED);
    }

    @Test
    void close_sourceDoesNotClose_endsAllTheSame() {
        start(builder()
                .metrics(
                        new MetricSource() {
                            @Override
                            public void collect(MetricRecorder recorder) {}

                            @Override
                            public void close() {
                                awaitPatiently(testIsOver);
                            }
                        },
                        Duration.ofMillis(100)));
        agent.get().close();
        assertThat(agent.get().state()).isEqualTo(AgentState.CLOSED);
    }

    @Test
    void close_handlerNeverReturns_submittedTaskIsAnsweredAllTheSame() {
        CountDownLatch running = new CountDownLatch(1);
        start(builder().task("stubborn", (task, context) -> {
            running.countDown();
            awaitIgnoringInterrupts(testIsOver);
            return TaskResult.succeeded();
        }));
        CompletableFuture<TaskStatus> end =
                agent.get().submit(TaskRequest.of("stubborn").build());
        Await.until("running", () -> running.getCount() == 0);
        agent.get().close();
        Await.until("answered", end::isDone);
    }

    @Test
    void flush_interrupted_saysNoAndKeepsTheFlag() {
        start(builder());
        agent.get().logs().publish(Severity.INFO, "record");
        Thread.currentThread().interrupt();
        assertThat(agent.get().flush(Duration.ofSeconds(20))).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void close_interrupted_endsAndKeepsTheFlag() {
        start(builder());
        agent.get().logs().publish(Severity.INFO, "record");
        Thread.currentThread().interrupt();
        agent.get().close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(agent.get().state()).isEqualTo(AgentState.CLOSED);
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private AgentBuilder builder() {
        return Agent.builder()
                .id("a-1")
                .transport(network.newTransport())
                .batchInterval(Duration.ofMillis(20))
                .shutdownTimeout(Duration.ofSeconds(2));
    }

    private void start(AgentBuilder builder) {
        agent.set(builder.build());
        agent.get().start();
        Await.until("online", () -> agent.get().state() == AgentState.ONLINE);
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // that is the point
            }
        }
    }
}
