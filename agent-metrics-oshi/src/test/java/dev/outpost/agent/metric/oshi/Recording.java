package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A recorder that remembers one collection. */
final class Recording implements MetricRecorder {

    /** A point and the start of totals that held when it was recorded; 0 without one. */
    record Point(Instrument instrument, Attributes attributes, double value, long since) {

        String name() {
            return instrument.name();
        }
    }

    private final List<Point> points = new ArrayList<>();
    private long since;

    /** What one collection from {@code source} records. */
    static Recording of(MetricSource source) throws Exception {
        Recording recording = new Recording();
        source.collect(recording);
        return recording;
    }

    @Override
    public void record(Instrument instrument, Attributes attributes, long value) {
        points.add(new Point(instrument, attributes, value, since));
    }

    @Override
    public void record(Instrument instrument, Attributes attributes, double value) {
        assertThat(value).as(instrument.name()).isFinite();
        points.add(new Point(instrument, attributes, value, since));
    }

    @Override
    public void since(long epochNanos) {
        since = epochNanos;
    }

    List<Point> points() {
        return points;
    }

    Set<String> names() {
        return points.stream().map(Point::name).collect(Collectors.toSet());
    }

    List<Point> points(String name) {
        return points.stream().filter(point -> point.name().equals(name)).toList();
    }

    /** The points of {@code name} that have all of {@code attributes}, given as keys and values in turn. */
    List<Point> points(String name, String... attributes) {
        Predicate<Point> fits = point -> true;
        for (int i = 0; i < attributes.length; i += 2) {
            String key = attributes[i];
            String value = attributes[i + 1];
            fits = fits.and(point -> value.equals(point.attributes().get(key)));
        }
        return points(name).stream().filter(fits).toList();
    }

    /** The value of the only such point. */
    double value(String name, String... attributes) {
        List<Point> found = points(name, attributes);
        assertThat(found).as("points of %s %s", name, List.of(attributes)).hasSize(1);
        return found.get(0).value();
    }

    /** The values of {@code name} by their attributes. */
    Map<Attributes, Double> values(String name) {
        return points(name).stream().collect(Collectors.toMap(Point::attributes, Point::value));
    }

    /** Whether the points of each instrument were recorded in one run. */
    boolean isInRuns() {
        List<String> runs = new ArrayList<>();
        for (Point point : points) {
            if (runs.isEmpty() || !runs.get(runs.size() - 1).equals(point.name())) {
                runs.add(point.name());
            }
        }
        return runs.size() == names().size();
    }
}
