package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.metric.MetricSink;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link MetricSink} keeps. Extend it, and say how to make the sink and what its destination has.
 */
@Timeout(60)
public abstract class MetricSinkContractTest {

    private static final Instrument DEPTH = Instrument.gauge("test.queue.depth", "{order}", "Orders that wait.");
    private static final Instrument HEAT = Instrument.gauge("test.temperature", "Cel", "How warm it is.");

    /** For subclasses. */
    protected MetricSinkContractTest() {}

    /** A sink to a destination that works and is empty; each call may be to the same destination. */
    protected abstract MetricSink newSink() throws Exception;

    /** The newest value that the destination has of each metric, by name. */
    protected abstract Map<String, Double> received() throws Exception;

    /**
     * Makes the destination unreachable, or reachable again.
     *
     * @return false when that cannot be done here; then what needs it is skipped
     */
    protected boolean reachable(boolean reachable) throws Exception {
        return false;
    }

    @Test
    final void send_batch_hasArrivedOnceItsStageIsComplete() throws Exception {
        try (MetricSink sink = newSink()) {
            complete(sink.send(batch()));
            assertThat(received()).containsEntry("test.queue.depth", 7.0).containsEntry("test.temperature", -273.15);
        }
    }

    @Test
    final void send_aBatchThatComesAgain_isTakenAgain() throws Exception {
        MetricBatch batch = batch();
        try (MetricSink sink = newSink()) {
            complete(sink.send(batch));
            complete(sink.send(batch));
            assertThat(received()).containsEntry("test.queue.depth", 7.0);
        }
    }

    @Test
    final void send_destinationUnreachable_failsAndWorksAfterwards() throws Exception {
        MetricBatch batch = batch();
        try (MetricSink sink = newSink()) {
            Assumptions.assumeTrue(reachable(false), "the destination cannot be made unreachable here");
            assertThatThrownBy(() -> complete(sink.send(batch))).isNotNull();
            reachable(true);
            complete(sink.send(batch));
            assertThat(received()).containsEntry("test.queue.depth", 7.0);
        }
    }

    private static MetricBatch batch() {
        return CapturedBatches.ofMetrics(Map.of(DEPTH, 7.0, HEAT, -273.15));
    }

    private static void complete(CompletionStage<?> stage) throws Exception {
        stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
