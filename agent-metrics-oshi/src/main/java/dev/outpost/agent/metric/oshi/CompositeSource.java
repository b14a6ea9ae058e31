package dev.outpost.agent.metric.oshi;

import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several sources as one, in which a part that fails does not keep the others from being collected. */
final class CompositeSource implements MetricSource {

    private final String name;
    private final List<MetricSource> parts;

    CompositeSource(String name, List<MetricSource> parts) {
        this.name = name;
        this.parts = List.copyOf(parts);
    }

    @Override
    public String name() {
        return name;
    }

    /** Collects all parts, then throws the first failure with the others suppressed. */
    @Override
    public void collect(MetricRecorder recorder) throws Exception {
        Exception failure = null;
        for (MetricSource part : parts) {
            // The collection deadline has passed; going on would cost the points that are already recorded.
            if (Thread.interrupted()) {
                failure = joined(failure, new InterruptedException("interrupted before " + part.name()));
                break;
            }
            failure = joined(failure, failureOf(part, recorder));
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable Exception failureOf(MetricSource part, MetricRecorder recorder) {
        try {
            part.collect(recorder);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // seen, and taken away again, before the next part
            return e;
        } catch (Exception e) {
            return e;
        } catch (LinkageError e) { // OSHI's native code does not load on this machine; the other parts may need none
            return new IllegalStateException(part.name() + " cannot be loaded", e);
        }
    }

    private static @Nullable Exception joined(@Nullable Exception first, @Nullable Exception next) {
        if (first == null || next == null) {
            return first == null ? next : first;
        }
        first.addSuppressed(next);
        return first;
    }

    @Override
    public void close() {
        parts.forEach(MetricSource::close);
    }
}
