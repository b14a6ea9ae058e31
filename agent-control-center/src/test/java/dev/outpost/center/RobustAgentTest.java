package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.AgentListener;
import dev.outpost.agent.AgentState;
import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.testkit.InMemoryNetwork;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent beside extensions that break, and without anybody to talk to: the host notices nothing, the rest goes on. */
@Timeout(60)
class RobustAgentTest {

    private static final Duration RHYTHM = Duration.ofMillis(100);
    private static final Instrument GAUGE = Instrument.gauge("test.gauge", "1", "");

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ControlCenter center =
            ControlCenter.builder().endpoint(network.newServer()).build();
    private Agent agent;

    @AfterEach
    void closeAll() {
        testIsOver.countDown();
        if (agent != null) {
            agent.close();
        }
        center.close();
        network.close();
    }

    @Test
    void start_noControlCenter_saysSoOnceWhateverTheNumberOfAttempts() {
        StateLog log = new StateLog();
        start(builder().listener(log));
        Await.until("many attempts", () -> agent.snapshot().counter("session.attempts") > 50);
        assertThat(agent.state()).isEqualTo(AgentState.OFFLINE);
        assertThat(log.states).containsExactly(AgentState.STARTING, AgentState.OFFLINE);
        assertThat(agent.logs().publish(Severity.INFO, "kept")).isTrue();
    }

    @Test
    void start_transportThrows_isTriedAgain() {
        AtomicInteger calls = new AtomicInteger();
        start(builder().transport(new Transport() {
            @Override
            public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
                calls.incrementAndGet();
                throw new IllegalStateException("transport is broken");
            }

            @Override
            public String target() {
                return "nowhere";
            }

            @Override
            public void close() {}
        }));
        Await.until("tried again", () -> calls.get() > 1);
        assertThat(agent.state()).isEqualTo(AgentState.OFFLINE);
    }

    @Test
    void metricSources_thatBreak_areCountedAndOthersGoOn() throws Exception {
        center.start();
        CountDownLatch comeBack = new CountDownLatch(1);
        Source healthy = new Source("healthy", recorder -> recorder.record(GAUGE, 1L));
        Source throwing = new Source("throwing", recorder -> {
            throw new StackOverflowError();
        });
        Source slow = new Source("slow", recorder -> testIsOver.await());
        Source hanging = new Source("hanging", recorder -> awaitIgnoringInterrupts(comeBack));
        start(builder()
                .collectionDeadline(RHYTHM)
                .metrics(healthy, RHYTHM)
                .metrics(throwing, RHYTHM)
                .metrics(slow, Duration.ofDays(1))
                .metrics(hanging, RHYTHM));
        Await.until("given up", () -> agent.snapshot().degraded().contains("metric source hanging hangs"));
        int before = healthy.calls.get();
        Await.until("others go on", () -> healthy.calls.get() > before + 2);
        assertThat(agent.snapshot().counter("metrics.sources.hung{hanging}")).isEqualTo(1);
        assertThat(agent.snapshot().counter("user.failures{metric source throwing}"))
                .isPositive();
        assertThat(agent.snapshot().counter("user.failures{metric source slow}"))
                .as("interrupted and back in time")
                .isEqualTo(1);
        comeBack.countDown();
        Await.until("recovered", () -> agent.snapshot().degraded().isEmpty());
        Await.until("collected again", () -> hanging.calls.get() > 2);
    }

    @Test
    void metricSource_hangsAlone_isCollectedAgainOnceItIsBack() {
        CountDownLatch comeBack = new CountDownLatch(1);
        Source hanging = new Source("hanging", recorder -> awaitIgnoringInterrupts(comeBack));
        start(builder().collectionDeadline(RHYTHM).metrics(hanging, RHYTHM));
        Await.until("given up", () -> !agent.snapshot().degraded().isEmpty());
        comeBack.countDown();
        Await.until("collected again", () -> hanging.calls.get() > 2);
    }

    @Test
    void listener_throws_othersAreTold() throws Exception {
        center.start();
        StateLog log = new StateLog();
        AgentListener broken = new AgentListener() {
            @Override
            public void onStateChanged(AgentState from, AgentState to, String reason) {
                throw new StackOverflowError();
            }
        };
        start(builder().listener(broken).listener(log));
        Await.until("told", () -> log.states.size() == 2);
        assertThat(log.states).containsExactly(AgentState.STARTING, AgentState.ONLINE);
    }

    @Test
    void listener_blocks_agentGoesOn() throws Exception {
        center.start();
        start(builder()
                .taskQueueCapacity(10_000)
                .task("quick", (task, context) -> TaskResult.succeeded())
                .listener(new AgentListener() {
                    @Override
                    public void onStateChanged(AgentState from, AgentState to, String reason) {
                        awaitIgnoringInterrupts(testIsOver);
                    }
                }));
        Await.until("online", () -> center.agent("a-1").isPresent());
        for (int i = 0; i < 1_500; i++) { // more reports than may wait for listeners
            center.dispatch("a-1", TaskRequest.of("quick").build());
        }
        TaskHandle last = center.dispatch("a-1", TaskRequest.of("quick").build());
        assertThat(last.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.SUCCEEDED);
        agent.logs().publish(Severity.INFO, "goes on");
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
        assertThat(agent.snapshot().counter("listener.dropped")).isPositive();
    }

    @Test
    void handler_asksForAnEternalDelay_taskFailsAndAgentGoesOn() throws Exception {
        center.start();
        start(builder()
                .taskRetry(RetryPolicy.NONE)
                .task(
                        "patient",
                        (task, context) ->
                                new TaskResult.RetryAfter(ChronoUnit.FOREVER.getDuration(), "when hell freezes over")));
        Await.until("online", () -> center.agent("a-1").isPresent());
        TaskHandle handle = center.dispatch(
                "a-1",
                TaskRequest.of("patient")
                        .retry(new RetryPolicy(2, Duration.ZERO, Duration.ZERO))
                        .build());
        assertThat(handle.outcome().get(20, TimeUnit.SECONDS).state()).isEqualTo(TaskState.FAILED);
        agent.logs().publish(Severity.INFO, "goes on");
        assertThat(agent.flush(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void build_manyBadSettings_listsAllOfThem() {
        AgentBuilder bad = Agent.builder()
                .id(" ")
                .label("", "x")
                .heartbeatInterval(Duration.ofMillis(1))
                .connectTimeout(Duration.ZERO)
                .windowBatches(0)
                .ringSlots(100)
                .batchRecords(0)
                .batchBytes(1)
                .batchInterval(Duration.ZERO)
                .maxRecordBytes(1)
                .laneBytes(1)
                .metrics(new Source("twice", recorder -> {}), Duration.ZERO)
                .metrics(new Source("twice", recorder -> {}), RHYTHM)
                .collectionDeadline(Duration.ZERO)
                .taskWorkers(0)
                .taskQueueCapacity(0)
                .taskAttemptTimeout(Duration.ZERO)
                .cancelGrace(Duration.ZERO)
                .schedule(
                        "nightly",
                        Trigger.every(RHYTHM),
                        TaskRequest.of("nobody").build())
                .shutdownTimeout(Duration.ofDays(1));
        ConfigurationException all = catchThrowableOfType(ConfigurationException.class, bad::build);
        assertThat(all.problems().stream().map(ConfigurationException.Problem::setting))
                .containsExactlyInAnyOrder(
                        "id",
                        "label",
                        "transport",
                        "heartbeatInterval",
                        "connectTimeout",
                        "windowBatches",
                        "ringSlots",
                        "batchRecords",
                        "batchBytes",
                        "batchInterval",
                        "maxRecordBytes",
                        "laneBytes",
                        "metrics",
                        "metrics",
                        "metrics",
                        "collectionDeadline",
                        "taskWorkers",
                        "taskQueueCapacity",
                        "taskAttemptTimeout",
                        "cancelGrace",
                        "schedule",
                        "shutdownTimeout");
        assertThat(all).hasMessageContaining("ringSlots is 100; allowed is a power of two");
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private AgentBuilder builder() {
        return Agent.builder()
                .id("a-1")
                .transport(network.newTransport())
                .backoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(20)))
                .batchInterval(Duration.ofMillis(20))
                .shutdownTimeout(Duration.ofSeconds(1));
    }

    private void start(AgentBuilder builder) {
        agent = builder.build();
        agent.start();
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

    private static final class StateLog implements AgentListener {

        private final List<AgentState> states = new CopyOnWriteArrayList<>();

        @Override
        public void onStateChanged(AgentState from, AgentState to, String reason) {
            states.add(to);
        }
    }

    /** A source that does as told, and counts how often it was asked. */
    private static final class Source implements MetricSource {

        private final String name;
        private final Collection collection;
        private final AtomicInteger calls = new AtomicInteger();

        Source(String name, Collection collection) {
            this.name = name;
            this.collection = collection;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void collect(MetricRecorder recorder) throws Exception {
            calls.incrementAndGet();
            collection.into(recorder);
        }

        @FunctionalInterface
        interface Collection {
            void into(MetricRecorder recorder) throws Exception;
        }
    }
}
