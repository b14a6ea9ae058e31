package dev.outpost.agent.testkit;

import dev.outpost.agent.Agent;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricBatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Real batches, as an agent makes them, for tests of whatever takes batches. */
public final class CapturedBatches {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private CapturedBatches() {}

    /** The batches that an agent makes of some records, in order. */
    public static List<LogBatch> ofLogs(List<LogRecord> records) {
        List<LogBatch> captured = new CopyOnWriteArrayList<>();
        Agent agent = Agent.builder()
                .id("capture")
                .maxRecordBytes(512 * 1024)
                .logSink("capture", batch -> {
                    captured.add(batch);
                    return CompletableFuture.completedStage(null);
                })
                .build();
        try (agent) {
            agent.start();
            for (LogRecord record : records) {
                if (!agent.logs().publish(record)) {
                    throw new IllegalStateException("the record was not taken: " + record);
                }
            }
            if (!agent.flush(PATIENCE)) {
                throw new IllegalStateException("the records did not become batches in " + PATIENCE);
            }
        }
        return List.copyOf(captured);
    }

    /** A batch that an agent makes of one value for each instrument. */
    public static MetricBatch ofMetrics(Map<Instrument, Double> values) {
        CompletableFuture<MetricBatch> captured = new CompletableFuture<>();
        Agent agent = Agent.builder()
                .id("capture")
                .ownMetrics(Duration.ZERO)
                .batchInterval(Duration.ofMinutes(5)) // the flush is to close the batch, with all values in it
                .metrics(recorder -> values.forEach(recorder::record), Duration.ofDays(1))
                .metricSink("capture", batch -> {
                    captured.complete(batch);
                    return CompletableFuture.completedStage(null);
                })
                .build();
        try (agent) {
            agent.start();
            awaitEmitted(agent, values.size());
            if (!agent.flush(PATIENCE)) {
                throw new IllegalStateException("the values did not become a batch in " + PATIENCE);
            }
            return captured.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the values did not become a batch", e);
        }
    }

    private static void awaitEmitted(Agent agent, int points) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (agent.snapshot().lane("metrics/capture").emitted() < points) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the values were not collected in " + PATIENCE);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
