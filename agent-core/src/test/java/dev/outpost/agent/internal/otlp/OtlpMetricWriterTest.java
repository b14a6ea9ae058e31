package dev.outpost.agent.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.outpost.agent.fixture.Arbitrary;
import dev.outpost.agent.fixture.ArbitraryAttributes;
import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Summary;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OtlpMetricWriterTest {

    private final OtlpMetricWriter writer = new OtlpMetricWriter();

    @Test
    void put_randomPoints_equalsOpenTelemetryByteForByteAndReadsBack() {
        Cases.check(5_000, random -> {
            Instrument instrument = instrument(random);
            List<MetricPoint> points = new ArrayList<>();
            List<Boolean> integers = new ArrayList<>();
            writer.clear();
            for (int i = random.nextInt(1, 40); i > 0; i--) {
                boolean integer = random.nextBoolean();
                MetricPoint point = point(instrument, random, integer);
                points.add(point);
                integers.add(integer);
                add(point, integer);
            }
            byte[] bytes = new byte[writer.size(instrument)];

            int end = writer.put(bytes, 0, instrument);

            Metric expected = OtlpOracle.metric(instrument, points, integers);
            assertThat(writer.count()).isEqualTo(points.size());
            assertThat(end).isEqualTo(bytes.length);
            assertThat(bytes).isEqualTo(expected.toByteArray());
            assertThat(OtlpMetricReader.read(scope(expected))).isEqualTo(points);
        });
    }

    @Test
    void clear_afterPoints_startsAnew() {
        Instrument instrument = Instrument.gauge("a", "1", "");
        add(point(instrument, new SplittableRandom(1), true), true);
        writer.clear();

        assertThat(writer.count()).isZero();
        assertThat(writer.length()).isZero();
    }

    @Test
    void read_kindThatNoAgentWrites_isLeftOut() {
        Metric summary = Metric.newBuilder()
                .setName("s")
                .setSummary(Summary.newBuilder())
                .build();

        assertThat(OtlpMetricReader.read(scope(summary))).isEmpty();
    }

    @Test
    void read_metricWithoutName_isIllegalArgument() {
        Metric nameless = OtlpOracle.metric(Instrument.gauge("x", "", ""), List.of(), List.of()).toBuilder()
                .clearName()
                .build();

        assertThatIllegalArgumentException().isThrownBy(() -> OtlpMetricReader.read(scope(nameless)));
    }

    private void add(MetricPoint point, boolean integer) {
        long bits = integer ? (long) point.value() : Double.doubleToRawLongBits(point.value());
        writer.add(point.startEpochNanos(), point.epochNanos(), point.attributes(), bits, !integer);
    }

    private static ByteBuffer scope(Metric metric) {
        return ByteBuffer.wrap(
                ScopeMetrics.newBuilder().addMetrics(metric).build().toByteArray());
    }

    private static Instrument instrument(SplittableRandom random) {
        Instrument.Kind[] kinds = Instrument.Kind.values();
        return new Instrument(
                Arbitrary.someText(random),
                Arbitrary.text(random),
                kinds[random.nextInt(kinds.length)],
                Arbitrary.text(random));
    }

    private static MetricPoint point(Instrument instrument, SplittableRandom random, boolean integer) {
        long start = random.nextBoolean() ? 0 : random.nextLong(1, Long.MAX_VALUE);
        // Integers up to 2^53, so that they are what a point says they are.
        double value = integer ? Arbitrary.magnitude(random) >> 11 : ArbitraryAttributes.number(random);
        return new MetricPoint(
                instrument, ArbitraryAttributes.of(random), start, random.nextLong(1, Long.MAX_VALUE), value);
    }
}
