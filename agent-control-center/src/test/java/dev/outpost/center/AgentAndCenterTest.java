package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.LaneSnapshot;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.metric.MetricPoint;
import dev.outpost.agent.sink.SinkException;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.agent.testkit.InMemoryNetwork;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.center.store.WatermarkStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agent and control center together, over the in-memory network. */
@Timeout(60)
class AgentAndCenterTest {

    private static final RetryPolicy FAST_RETRY = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final Collector collector = new Collector();
    private final WatermarkStore watermarks = WatermarkStore.inMemory();
    private ControlCenter center = newCenter();
    private Agent agent;

    @AfterEach
    void closeAll() {
        if (agent != null) {
            agent.close();
        }
        center.close();
        network.close();
    }

    @Test
    void logs_published_arriveOnceInOrderAndAreAcknowledged() throws Exception {
        center.start();
        start(builder());
        for (int i = 0; i < 2_500; i++) {
            agent.logs().publish(Severity.INFO, "record " + i, "n", Integer.toString(i));
        }
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(collector.records).hasSize(2_500);
        for (int i = 0; i < 2_500; i++) {
            assertThat(collector.records.get(i).body()).isEqualTo("record " + i);
        }
        LaneSnapshot logs = agent.snapshot().lane("logs");
        assertThat(logs).isEqualTo(new LaneSnapshot("logs", 2_500, 0, 2_500, 0, 0, java.util.Map.of()));
    }

    @Test
    void logs_centerRestartsInBetween_nothingIsMissingOrDoubled() throws Exception {
        center.start();
        start(builder());
        publish(0, 1_000);
        Await.until("some arrived", () -> collector.records.size() > 100);
        center.close();
        Await.until("offline", () -> agent.state() == AgentState.OFFLINE);
        publish(1_000, 2_000);
        center = newCenter();
        center.start();
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        publish(2_000, 2_100);
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(collector.records.stream().map(LogRecord::body))
                .containsExactlyElementsOf(java.util.stream.IntStream.range(0, 2_100)
                        .mapToObj(i -> "record " + i)
                        .toList());
    }

    @Test
    void logs_handlerFailsOnce_areSentAgain() throws Exception {
        collector.failures.add(SinkException.retryableAfter(Duration.ofMillis(5), "not now"));
        center.start();
        start(builder());
        publish(0, 350);
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(collector.records).hasSize(350);
        assertThat(agent.snapshot().lane("logs").delivered()).isEqualTo(350);
    }

    @Test
    void logs_handlerRejectsForGood_areDroppedAndCounted() throws Exception {
        collector.failures.add(SinkException.permanent("never", null));
        center.start();
        start(builder());
        publish(0, 100);
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        publish(100, 200);
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        LaneSnapshot logs = agent.snapshot().lane("logs");
        assertThat(logs.dropped()).containsOnlyKeys("rejected");
        assertThat(logs.delivered() + logs.droppedTotal()).isEqualTo(200);
        assertThat(logs.delivered()).isEqualTo(collector.records.size());
    }

    @Test
    void heartbeat_withSystemMetrics_carriesCpuAndMemory() throws Exception {
        Instrument cpu = Instrument.gauge("system.cpu.utilization", "1", "");
        Instrument used = Instrument.upDownCounter("system.memory.usage", "By", "");
        Instrument limit = Instrument.upDownCounter("system.memory.limit", "By", "");
        center.start();
        start(builder()
                .metrics(
                        recorder -> {
                            recorder.record(cpu, Attributes.of("cpu.mode", "idle"), 0.75);
                            recorder.record(cpu, Attributes.of("cpu.mode", "user"), 0.25);
                            recorder.record(used, Attributes.of("system.memory.state", "used"), 300L);
                            recorder.record(limit, 1_000L);
                        },
                        Duration.ofMillis(100)));
        Await.until(
                "a heartbeat with figures",
                () -> center.agent("a-1")
                        .map(AgentInfo::heartbeat)
                        .filter(beat -> beat.host().cpuUtilization().isPresent())
                        .isPresent());
        var host = center.agent("a-1").orElseThrow().heartbeat().host();
        assertThat(host.cpuUtilization().getAsDouble()).isEqualTo(0.25);
        assertThat(host.memoryUsedBytes()).hasValue(300);
        assertThat(host.memoryLimitBytes()).hasValue(1_000);
        Await.until("points", () -> collector.points.size() >= 4);
        assertThat(collector.points.get(0).instrument()).isEqualTo(cpu);
        assertThat(collector.points.get(0).attributes()).isEqualTo(Attributes.of("cpu.mode", "idle"));
    }

    @Test
    void dispatch_knownType_runsAndReportsEveryState() throws Exception {
        center.start();
        start(builder().task("echo", (task, context) -> {
            context.logs().publish(Severity.INFO, "working");
            return TaskResult.succeeded(task.arguments());
        }));
        TaskHandle handle =
                center.dispatch("a-1", TaskRequest.of("echo").argument("x", "1").build());
        TaskStatus end = handle.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(end.output()).containsEntry("x", "1");
        assertThat(handle.statuses().stream().map(TaskStatus::state))
                .containsExactly(TaskState.ACCEPTED, TaskState.RUNNING, TaskState.SUCCEEDED);
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(collector.records.get(0).attributes().get("outpost.task.id"))
                .isEqualTo(handle.request().id());
    }

    @Test
    void dispatch_handlerThrowsThenSucceeds_isRetried() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        center.start();
        start(builder().task("flaky", (task, context) -> {
            if (calls.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
            return TaskResult.succeeded();
        }));
        TaskHandle handle =
                center.dispatch("a-1", TaskRequest.of("flaky").retry(FAST_RETRY).build());
        TaskStatus end = handle.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(end.attempt()).isEqualTo(3);
        assertThat(agent.snapshot().counter("user.failures{handler flaky}")).isEqualTo(2);
    }

    @Test
    void dispatch_unknownType_isRefused() throws Exception {
        center.start();
        start(builder());
        TaskStatus end = center.dispatch("a-1", TaskRequest.of("nothing").build())
                .outcome()
                .get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(TaskState.REFUSED);
        assertThat(end.detail()).contains("nothing");
    }

    @Test
    void dispatch_unknownAgent_throws() throws Exception {
        center.start();
        assertThatThrownBy(() -> center.dispatch("nobody", TaskRequest.of("x").build()))
                .isInstanceOf(CenterException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void dispatch_linkCutWhileRunning_runsOnceAndReportsAfterwards() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        center.start();
        start(builder().task("long", (task, context) -> {
            runs.incrementAndGet();
            started.countDown();
            goOn.await();
            return TaskResult.succeeded();
        }));
        TaskHandle handle = center.dispatch("a-1", TaskRequest.of("long").build());
        started.await();
        network.cutAll();
        Await.until("reconnected", () -> agent.snapshot().counter("session.established") >= 2);
        goOn.countDown();
        assertThat(handle.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(runs).hasValue(1);
        assertThat(agent.snapshot().counter("tasks.duplicates")).isEqualTo(1);
    }

    @Test
    void cancel_runningTask_interruptsIt() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        center.start();
        start(builder().task("wait", (task, context) -> {
            started.countDown();
            new CountDownLatch(1).await();
            return TaskResult.succeeded();
        }));
        TaskHandle handle = center.dispatch("a-1", TaskRequest.of("wait").build());
        started.await();
        handle.cancel("changed my mind");
        TaskStatus end = handle.outcome().get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(TaskState.CANCELLED);
        assertThat(end.detail()).isEqualTo("changed my mind");
    }

    @Test
    void handlerThatNeverReturns_isGivenUpAndOthersGoOn() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        center.start();
        start(builder()
                .taskWorkers(1)
                .cancelGrace(Duration.ofMillis(20))
                .task("stubborn", (task, context) -> {
                    awaitIgnoringInterrupts(never);
                    return TaskResult.succeeded();
                })
                .task("quick", (task, context) -> TaskResult.succeeded()));
        TaskHandle stubborn = center.dispatch(
                "a-1",
                TaskRequest.of("stubborn").attemptTimeout(Duration.ofMillis(20)).build());
        TaskHandle quick = center.dispatch("a-1", TaskRequest.of("quick").build());
        assertThat(stubborn.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.TIMED_OUT);
        assertThat(quick.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
        assertThat(agent.snapshot().counter("task.threads.leaked")).isEqualTo(1);
        Await.until("degraded", () -> !agent.snapshot().degraded().isEmpty());
        never.countDown();
        Await.until("healthy again", () -> agent.snapshot().degraded().isEmpty());
    }

    @Test
    void authenticator_refuses_agentStaysOfflineAndIsTold() throws Exception {
        center.close();
        center = ControlCenter.builder()
                .endpoint(network.newServer())
                .authenticator((hello, peer) -> Authenticator.Verdict.forbidden("not on the list"))
                .build();
        center.start();
        start(builder());
        Await.until("refused", () -> agent.snapshot().counter("session.refused{PERMISSION_DENIED}") == 1);
        Await.until("offline", () -> agent.state() == AgentState.OFFLINE);
        assertThat(center.agents()).isEmpty();
    }

    @Test
    void submit_byHost_completesWithFinalStatus() throws Exception {
        start(builder().task("local", (task, context) -> TaskResult.succeeded()));
        TaskStatus end = agent.submit(TaskRequest.of("local").build()).get(20, TimeUnit.SECONDS);
        assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
    }

    private AgentBuilder builder() {
        return Agent.builder()
                .id("a-1")
                .transport(network.newTransport())
                .heartbeatInterval(Duration.ofMillis(100))
                .backoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(20)))
                .batchInterval(Duration.ofMillis(20))
                .shutdownTimeout(Duration.ofSeconds(1));
    }

    private void start(AgentBuilder builder) {
        agent = builder.build();
        agent.start();
        Await.until("connected or tried", () -> agent.state() != AgentState.STARTING);
        Await.until(
                "known",
                () -> agent.state() == AgentState.OFFLINE || !center.agents().isEmpty());
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) {
            agent.logs().publish(Severity.INFO, "record " + i);
        }
    }

    private ControlCenter newCenter() {
        return ControlCenter.builder()
                .endpoint(network.newServer())
                .telemetry(collector)
                .watermarks(watermarks)
                .heartbeatInterval(Duration.ofMillis(100))
                .build();
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                latch.await();
                done = true;
            } catch (InterruptedException e) {
                done = false; // that is the point
            }
        }
    }

    /** Keeps what arrives; fails as told, each failure once. */
    private static final class Collector implements TelemetryHandler {

        private final List<LogRecord> records = new CopyOnWriteArrayList<>();
        private final List<MetricPoint> points = new CopyOnWriteArrayList<>();
        private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();

        @Override
        public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
            if (!failures.isEmpty()) {
                return CompletableFuture.failedStage(failures.remove(0));
            }
            records.addAll(batch.records());
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
            points.addAll(batch.points());
            return CompletableFuture.completedStage(null);
        }
    }
}
