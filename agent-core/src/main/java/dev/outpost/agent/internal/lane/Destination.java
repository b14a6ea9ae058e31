package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.metric.MetricSink;
import dev.outpost.agent.protocol.StreamPosition;
import java.util.concurrent.CompletionStage;

/** A sink of either signal. */
public interface Destination extends AutoCloseable {

    /** Sends a batch; user code. */
    CompletionStage<?> send(StreamPosition position, ClosedBatch batch);

    @Override
    void close();

    /** A sink of logs. */
    static Destination ofLogs(LogSink sink) {
        return new Destination() {
            @Override
            public CompletionStage<?> send(StreamPosition at, ClosedBatch batch) {
                return sink.send(new LogBatch(at.streamId(), at.epoch(), at.sequence(), batch.records(), batch.body()));
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }

    /** A sink of metrics. */
    static Destination ofMetrics(MetricSink sink) {
        return new Destination() {
            @Override
            public CompletionStage<?> send(StreamPosition at, ClosedBatch batch) {
                return sink.send(
                        new MetricBatch(at.streamId(), at.epoch(), at.sequence(), batch.records(), batch.body()));
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }
}
