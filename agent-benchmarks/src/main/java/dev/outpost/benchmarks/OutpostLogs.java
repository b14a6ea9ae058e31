package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.Severity;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A whole agent with batches as OpenTelemetry has them, and a sink that takes every batch at once. */
@State(Scope.Benchmark)
public class OutpostLogs {

    final Backlog backlog = new Backlog();

    private final Agent agent = Agent.builder()
            .id("publish")
            .batchRecords(512)
            .batchInterval(Duration.ofMillis(10))
            .logSink("count", this::take)
            .build();
    private final Logs logs = agent.logs();

    public OutpostLogs() {
        agent.start();
    }

    private CompletionStage<?> take(LogBatch batch) {
        backlog.consumed(batch.recordCount());
        return CompletableFuture.completedStage(null);
    }

    void publish(int i) {
        logs.publish(
                Severity.INFO, Records.textOf200(i), Records.KEY_1, Records.VALUE_1, Records.KEY_2, Records.VALUE_2);
    }

    @TearDown
    public void close() {
        agent.close();
    }
}
