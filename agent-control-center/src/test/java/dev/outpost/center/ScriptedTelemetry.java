package dev.outpost.center;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** Notes what it is given; answers as told, each answer once, and then takes everything. */
final class ScriptedTelemetry implements TelemetryHandler {

    final List<Long> handled = new CopyOnWriteArrayList<>();
    final List<LogBatch> batches = new CopyOnWriteArrayList<>();
    final List<StreamGap> gaps = new CopyOnWriteArrayList<>();
    final BlockingQueue<Function<LogBatch, CompletionStage<?>>> answers = new LinkedBlockingQueue<>();
    final BlockingQueue<RuntimeException> gapFailures = new LinkedBlockingQueue<>();
    private final List<CountDownLatch> latches = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
        Function<LogBatch, CompletionStage<?>> answer = answers.poll();
        batches.add(batch);
        handled.add(batch.sequence());
        return answer == null ? CompletableFuture.completedStage(null) : answer.apply(batch);
    }

    @Override
    public CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
        handled.add(batch.sequence());
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void onGap(AgentInfo agent, StreamGap gap) {
        gaps.add(gap);
        RuntimeException failure = gapFailures.poll();
        if (failure != null) {
            throw failure;
        }
    }

    /** A latch that is open at the latest when the test ends. */
    CountDownLatch latch() {
        CountDownLatch latch = new CountDownLatch(1);
        latches.add(latch);
        return latch;
    }

    void releaseAll() {
        latches.forEach(CountDownLatch::countDown);
    }
}
