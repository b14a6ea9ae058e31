package dev.outpost.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AgentBuilderTest {

    private static final LogSink SINK = batch -> CompletableFuture.completedFuture(null);
    private static final TaskHandler HANDLER = (task, context) -> TaskResult.succeeded();
    private static final Duration HOUR = Duration.ofHours(1);

    /** A wrong setting, and what is said of it. */
    private record Wrong(String setting, String value, String allowed, UnaryOperator<AgentBuilder> change) {
        @Override
        public String toString() {
            return setting + " " + value;
        }
    }

    static Stream<Wrong> wrongSettings() {
        return Stream.of(
                new Wrong("id", "' '", "1 to 128 characters, not blank", b -> b.id(" ")),
                new Wrong("id", "129 characters", "1 to 128 characters, not blank", b -> b.id("x".repeat(129))),
                new Wrong("label", "''", "1 to 256 characters, not blank", b -> b.label("", "v")),
                new Wrong(
                        "label",
                        "'k' with 257 characters",
                        "at most 256 characters",
                        b -> b.label("k", "x".repeat(257))),
                new Wrong("label", "65 labels", "at most 64", AgentBuilderTest::withManyLabels),
                new Wrong("heartbeatInterval", "PT0.099S", "PT0.1S to PT10M", b -> b.heartbeatInterval(millis(99))),
                new Wrong("heartbeatInterval", "PT1H", "PT0.1S to PT10M", b -> b.heartbeatInterval(HOUR)),
                new Wrong("connectTimeout", "PT0S", "PT0.1S to PT2M", b -> b.connectTimeout(Duration.ZERO)),
                new Wrong("windowBatches", "0", "1 to 1024", b -> b.windowBatches(0)),
                new Wrong("windowBatches", "1025", "1 to 1024", b -> b.windowBatches(1_025)),
                new Wrong("ringSlots", "32", "64 to 1048576", b -> b.ringSlots(32)),
                new Wrong("ringSlots", "100", "a power of two", b -> b.ringSlots(100)),
                new Wrong("batchRecords", "0", "1 to 100000", b -> b.batchRecords(0)),
                new Wrong("batchBytes", "1023", "1024 to 1048576", b -> b.batchBytes(1_023)),
                new Wrong("batchInterval", "PT1H", "PT0.01S to PT5M", b -> b.batchInterval(HOUR)),
                new Wrong("maxRecordBytes", "255", "256 to 524288", b -> b.maxRecordBytes(255)),
                new Wrong("laneBytes", "1048575", "1048576 to 4294967296", b -> b.laneBytes(1_048_575)),
                new Wrong("metrics", "PT0.099S", "PT0.1S to PT24H", b -> b.metrics(new Source(), millis(99))),
                new Wrong("collectionDeadline", "PT1H", "PT0.1S to PT5M", b -> b.collectionDeadline(HOUR)),
                new Wrong("task", "''", "1 to 128 characters, not blank", b -> b.task("", HANDLER)),
                new Wrong("taskWorkers", "0", "1 to 1024", b -> b.taskWorkers(0)),
                new Wrong("taskQueueCapacity", "0", "1 to 1000000", b -> b.taskQueueCapacity(0)),
                new Wrong("taskAttemptTimeout", "PT0S", "PT0.001S to PT168H", b -> b.taskAttemptTimeout(Duration.ZERO)),
                new Wrong("cancelGrace", "PT0S", "PT0.01S to PT5M", b -> b.cancelGrace(Duration.ZERO)),
                new Wrong("shutdownTimeout", "PT-1S", "PT0S to PT10M", b -> b.shutdownTimeout(Duration.ofSeconds(-1))),
                new Wrong("shutdownTimeout", "PT1H", "PT0S to PT10M", b -> b.shutdownTimeout(HOUR)),
                new Wrong("logSink", "a second sink named 's'", "one sink of a name", b -> b.logSink("s", SINK)),
                new Wrong(
                        "task",
                        "a second handler for type 't'",
                        "one handler of a type",
                        b -> b.task("t", HANDLER).task("t", HANDLER)),
                new Wrong(
                        "schedule",
                        "'nightly' of task type 'unheard'",
                        "a type with a handler",
                        b -> b.schedule(
                                "nightly",
                                Trigger.every(HOUR),
                                TaskRequest.of("unheard").build())));
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void build_oneWrongSetting_namesItWithValueAndAllowed(Wrong wrong) {
        AgentBuilder builder = wrong.change().apply(working());

        assertThat(problemsOf(builder)).contains(new Problem(wrong.setting(), wrong.value(), wrong.allowed()));
    }

    @Test
    void build_manyWrongSettings_namesAllAtOnce() {
        AgentBuilder builder = Agent.builder().windowBatches(0).batchRecords(0).cancelGrace(Duration.ZERO);

        assertThat(problemsOf(builder))
                .extracting(Problem::setting)
                .containsExactly("id", "transport", "windowBatches", "batchRecords", "cancelGrace");
        assertThatThrownBy(builder::build)
                .hasMessageStartingWith("5 bad setting(s):\n  id is not set; allowed is")
                .hasMessageContaining("\n  windowBatches is 0; allowed is 1 to 1024");
    }

    @Test
    void build_everythingWrong_namesAllInTheOrderOfTheirSubjects() {
        AgentBuilder builder = Agent.builder()
                .logSink("S", SINK)
                .logSink("S", SINK)
                .metricSink("M", batch -> CompletableFuture.completedFuture(null))
                .label("", "v")
                .heartbeatInterval(HOUR)
                .connectTimeout(HOUR)
                .identityInterval(Duration.ZERO)
                .windowBatches(0)
                .ringSlots(100)
                .batchRecords(0)
                .batchBytes(0)
                .batchInterval(HOUR)
                .maxRecordBytes(0)
                .laneBytes(0)
                .metrics(new Source(), Duration.ZERO)
                .spool(Spool.in(Path.of("spool")).maxAge(Duration.ZERO))
                .ownMetrics(millis(1))
                .collectionDeadline(HOUR)
                .taskWorkers(0)
                .on("", request -> Body.empty())
                .schedule(
                        "nightly",
                        Trigger.every(HOUR),
                        TaskRequest.of("unheard").build())
                .shutdownTimeout(HOUR);

        assertThat(problemsOf(builder))
                .extracting(Problem::setting)
                .containsExactly(
                        "id",
                        "label",
                        "logSink",
                        "metricSink",
                        "heartbeatInterval",
                        "connectTimeout",
                        "identityInterval",
                        "windowBatches",
                        "ringSlots",
                        "batchRecords",
                        "batchBytes",
                        "batchInterval",
                        "maxRecordBytes",
                        "laneBytes",
                        "metrics",
                        "spool.maxAge",
                        "ownMetrics",
                        "collectionDeadline",
                        "taskWorkers",
                        "on",
                        "schedule",
                        "shutdownTimeout",
                        "logSink");
    }

    @Test
    void build_laneTooSmallForTwoBatches_isRefused() {
        AgentBuilder builder =
                working().batchBytes(1 << 20).maxRecordBytes(512 * 1024).laneBytes(2 << 20);

        assertThat(problemsOf(builder)).containsExactly(new Problem("laneBytes", "2097152", "3145728 to 4294967296"));
    }

    @Test
    void build_metricsWithoutADestination_isRefused() {
        assertThat(problemsOf(working().metrics(new Source(), HOUR)))
                .containsExactly(new Problem(
                        "metrics", "1 sources without a destination", "metrics need a transport or a metricSink"));
    }

    @Test
    void build_endlessMetricInterval_isAProblemAndNotAnArithmeticOne() {
        assertThat(problemsOf(working().metrics(new Source(), Duration.ofSeconds(Long.MAX_VALUE))))
                .extracting(Problem::setting)
                .contains("metrics");
    }

    @Test
    void build_twice_isRefused() {
        AgentBuilder builder = working();
        try (Agent agent = builder.build()) {
            assertThat(agent.state()).isEqualTo(AgentState.NEW);
            assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void build_afterAProblemWasRepaired_works() {
        AgentBuilder builder = working().windowBatches(0);
        assertThat(problemsOf(builder)).hasSize(1);

        try (Agent agent = builder.windowBatches(1).build()) {
            assertThat(agent.snapshot().lanes()).extracting(LaneSnapshot::name).containsExactly("logs/s");
        }
    }

    private static AgentBuilder working() {
        return Agent.builder().id("a").logSink("s", SINK);
    }

    private static AgentBuilder withManyLabels(AgentBuilder builder) {
        for (int i = 0; i < 65; i++) {
            builder.label("l" + i, "v");
        }
        return builder;
    }

    private static List<Problem> problemsOf(AgentBuilder builder) {
        return catchThrowableOfType(ConfigurationException.class, builder::build)
                .problems();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private static final class Source implements MetricSource {
        @Override
        public void collect(MetricRecorder recorder) {}
    }
}
