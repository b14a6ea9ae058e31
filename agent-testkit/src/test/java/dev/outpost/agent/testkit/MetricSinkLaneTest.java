package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent without a control center, whose metrics go to a sink. */
@Timeout(60)
class MetricSinkLaneTest {

    private static final Instrument DEPTH = Instrument.gauge("test.depth", "1", "A depth.");

    private final BlockingQueue<List<MetricPoint>> taken = new LinkedBlockingQueue<>();
    private final List<MetricPoint> measured = new ArrayList<>();

    @Test
    void metricSink_source_arrives() throws InterruptedException {
        try (Agent agent = builder(Duration.ZERO)
                .metrics(recorder -> recorder.record(DEPTH, 3L), Duration.ofHours(1))
                .build()) {
            agent.start();

            assertThat(next()).extracting(point -> point.instrument().name()).containsExactly("test.depth");
        }
    }

    @Test
    void ownMetrics_ofEveryLane_addUp() throws InterruptedException {
        try (Agent agent = builder(Duration.ofMillis(100))
                .logSink("logs", batch -> CompletableFuture.completedStage(null))
                .build()) {
            agent.start();
            for (int i = 0; i < 250; i++) {
                agent.logs().publish(Severity.INFO, "record " + i);
            }
            List<MetricPoint> points = collection();
            while (of(points, "outpost.lane.delivered") < 200) {
                points = collection();
            }
            assertThat(of(points, "outpost.lane.emitted") + of(points, "outpost.lane.recovered"))
                    .isEqualTo(of(points, "outpost.lane.delivered")
                            + of(points, "outpost.lane.held")
                            + of(points, "outpost.lane.dropped"));
        }
    }

    private AgentBuilder builder(Duration ownMetrics) {
        return Agent.builder()
                .id("metrics")
                .ownMetrics(ownMetrics)
                .batchInterval(Duration.ofMillis(10))
                .metricSink("kept", batch -> {
                    taken.add(batch.points());
                    return CompletableFuture.completedStage(null);
                });
    }

    /** The sum of a metric's points of the log lane in one collection. */
    private static double of(List<MetricPoint> points, String name) {
        return points.stream()
                .filter(point -> point.instrument().name().equals(name))
                .filter(point -> "logs/logs".equals(point.attributes().get("outpost.lane")))
                .mapToDouble(MetricPoint::value)
                .sum();
    }

    /** All that was measured at one time, which may be in several batches; whole when something later has come. */
    private List<MetricPoint> collection() throws InterruptedException {
        while (measured.isEmpty()
                || measured.get(0).epochNanos()
                        == measured.get(measured.size() - 1).epochNanos()) {
            measured.addAll(next());
        }
        long first = measured.get(0).epochNanos();
        List<MetricPoint> whole =
                measured.stream().filter(point -> point.epochNanos() == first).toList();
        measured.removeAll(whole);
        return whole;
    }

    private List<MetricPoint> next() throws InterruptedException {
        List<MetricPoint> points = taken.poll(20, TimeUnit.SECONDS);
        assertThat(points).as("a batch").isNotNull();
        return points;
    }
}
