package dev.outpost.agent.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.IdleStrategy;
import dev.outpost.agent.internal.telemetry.BatchLimits;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.DurableRecord;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.internal.telemetry.Outlet;
import dev.outpost.agent.internal.telemetry.SignalStats;
import dev.outpost.agent.internal.telemetry.TelemetryLoop;
import dev.outpost.agent.internal.telemetry.TelemetryRing;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.Compression;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskLogsTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void publish_everyForm_bearsTheTasksIdAndType() {
        List<LogRecord> records = published(TaskRequest.of("backup").id("t1").build(), logs -> {
            logs.publish(Severity.INFO, "plain");
            logs.publish(Severity.INFO, "one", "k", "v");
            logs.publish(Severity.INFO, "two", "k", "v", "l", "w");
            logs.publish(LogRecord.of(Severity.INFO, "own", Attributes.of("k", "v")));
        });

        assertThat(records)
                .hasSize(4)
                .allSatisfy(record -> assertThat(record.attributes().asMap())
                        .containsEntry("outpost.task.id", "t1")
                        .containsEntry("outpost.task.type", "backup"));
        assertThat(records.get(2).attributes().asMap()).containsEntry("k", "v").containsEntry("l", "w");
    }

    @Test
    void publish_taskWithATrace_bearsItUnlessTheRecordHasOne() {
        TaskRequest task = TaskRequest.of("t")
                .traceparent("00-" + TRACE + "-" + SPAN + "-01")
                .build();
        String other = "f".repeat(32);

        List<LogRecord> records = published(task, logs -> {
            logs.publish(Severity.INFO, "plain");
            logs.publish(new LogRecord(5, Severity.WARN, "own", Attributes.empty(), other, null));
        });

        assertThat(records.get(0).traceId()).isEqualTo(TRACE);
        assertThat(records.get(0).spanId()).isEqualTo(SPAN);
        assertThat(records.get(1).traceId()).isEqualTo(other);
        assertThat(records.get(1).epochNanos()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-1-2-03"})
    void publish_unusableTrace_isLeftOut(String traceparent) {
        TaskRequest task = TaskRequest.of("t").traceparent(traceparent).build();

        List<LogRecord> records = published(task, logs -> logs.publish(Severity.INFO, "plain"));

        assertThat(records.get(0).traceId()).isNull();
        assertThat(records.get(0).spanId()).isNull();
    }

    private static List<LogRecord> published(TaskRequest task, Consumer<Logs> calls) {
        ManualClock clock = new ManualClock();
        IdleStrategy idle = new NoWaiting();
        TelemetryRing ring = new TelemetryRing(64, idle);
        LogPublisher publisher = new LogPublisher(
                ring,
                new SignalStats("logs", ring::claimed, new Counters()),
                clock,
                OverflowPolicy.dropNewest(),
                10_000,
                () -> true,
                future -> new DurableRecord(future, 1, Runnable::run));
        TelemetryLoop loop = new TelemetryLoop(clock, idle);
        Collecting lane = new Collecting();
        loop.add(Signal.LOGS, ring, new BatchLimits(1, 1_000, 1), List.of(lane));

        calls.accept(new TaskLogs(publisher, task, 100, new Counters()));
        while (loop.doWork() > 0) {
            // goes on
        }
        return lane.records;
    }

    private static final class Collecting implements Outlet {
        private final LaneGate gate = new LaneGate(1 << 20, LaneOverflow.dropNewest());
        private final List<LogRecord> records = new ArrayList<>();

        @Override
        public LaneGate gate() {
            return gate;
        }

        @Override
        public Compression compression() {
            return Compression.NONE;
        }

        @Override
        public void accept(ClosedBatch batch) {
            records.addAll(new LogBatch(new UUID(1, 2), 1, 1, batch.records(), batch.body()).records());
        }

        @Override
        public void refuse(ClosedBatch batch) {
            throw new IllegalStateException("there is room enough");
        }
    }
}
