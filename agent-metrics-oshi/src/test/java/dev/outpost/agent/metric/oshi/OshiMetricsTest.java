package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OshiMetricsTest {

    @Test
    void all_oneCollection_everyPart() throws Exception {
        Recording recording = Recording.of(OshiMetrics.all());

        assertThat(recording.names())
                .contains(
                        "system.cpu.time",
                        "system.memory.usage",
                        "system.memory.limit",
                        "system.filesystem.usage",
                        "process.memory.usage");
        assertThat(recording.value("system.memory.usage", "system.memory.state", "used"))
                .as("for the heartbeat")
                .isPositive()
                .isLessThan(recording.value("system.memory.limit"));
        assertThat(recording.isInRuns()).isTrue();
    }

    @Test
    void all_oneCollection_noPointTwice() throws Exception {
        List<Recording.Point> points = Recording.of(OshiMetrics.all()).points();

        assertThat(points)
                .extracting(point -> point.name() + point.attributes())
                .doesNotHaveDuplicates();
    }

    @Test
    void all_oneCollection_oneInstrumentPerName() throws Exception {
        Set<Instrument> instruments = Recording.of(OshiMetrics.all()).points().stream()
                .map(Recording.Point::instrument)
                .collect(Collectors.toSet());

        assertThat(instruments).extracting(Instrument::name).doesNotHaveDuplicates();
    }

    @Test
    void sources_together_haveDifferentNames() {
        assertThat(Stream.of(
                                OshiMetrics.all(),
                                OshiMetrics.cpu(),
                                OshiMetrics.memory(),
                                OshiMetrics.network(),
                                OshiMetrics.disks(),
                                OshiMetrics.fileSystems(),
                                OshiMetrics.process(),
                                OshiMetrics.cgroup())
                        .map(MetricSource::name))
                .doesNotHaveDuplicates();
    }
}
