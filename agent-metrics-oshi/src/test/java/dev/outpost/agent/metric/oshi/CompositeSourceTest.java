package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.metric.MetricRecorder;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompositeSourceTest {

    private static final Instrument ANY = Instrument.gauge("any", "1", "Any.");

    private final Recording recording = new Recording();

    @AfterEach
    void noInterruptIsLeftBehind() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void collect_allWell_allCollectedInOrder() throws Exception {
        composite(records(1), records(2)).collect(recording);

        assertThat(values()).containsExactly(1.0, 2.0);
    }

    @Test
    void collect_partFails_othersCollectedAndFailureThrown() {
        IOException failure = new IOException("no disk");

        assertThatThrownBy(
                        () -> composite(records(1), fails(failure), records(2)).collect(recording))
                .isSameAs(failure);
        assertThat(values()).containsExactly(1.0, 2.0);
    }

    @Test
    void collect_twoPartsFail_firstThrownWithTheOtherSuppressed() {
        IOException first = new IOException("first");
        IOException second = new IOException("second");

        assertThatThrownBy(
                        () -> composite(fails(first), records(1), fails(second)).collect(recording))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(values()).containsExactly(1.0);
    }

    @Test
    void collect_nativeCodeMissing_othersCollected() {
        MetricSource unloadable = recorder -> {
            throw new UnsatisfiedLinkError("no jnidispatch");
        };

        assertThatThrownBy(() -> composite(unloadable, records(1)).collect(recording))
                .hasCauseInstanceOf(UnsatisfiedLinkError.class);
        assertThat(values()).containsExactly(1.0);
    }

    @Test
    void collect_interruptedDuringAPart_stopsBeforeTheNext() {
        MetricSource late = recorder -> Thread.currentThread().interrupt();

        assertThatThrownBy(() -> composite(records(1), late, records(2)).collect(recording))
                .isInstanceOf(InterruptedException.class);
        assertThat(values()).containsExactly(1.0);
    }

    @Test
    void collect_partThrowsInterruptedException_stopsBeforeTheNext() {
        InterruptedException interrupt = new InterruptedException();

        assertThatThrownBy(() -> composite(fails(interrupt), records(1)).collect(recording))
                .isSameAs(interrupt);
        assertThat(values()).isEmpty();
    }

    @Test
    void collect_afterAFailure_collectsAgain() {
        List<Exception> failures = new ArrayList<>(List.of(new IOException("once")));
        MetricSource recovering = recorder -> {
            if (!failures.isEmpty()) {
                throw failures.remove(0);
            }
            recorder.record(ANY, 7);
        };
        MetricSource composite = composite(recovering);
        assertThatThrownBy(() -> composite.collect(recording)).hasMessage("once");

        assertThatCode(() -> composite.collect(recording)).doesNotThrowAnyException();
        assertThat(values()).containsExactly(7.0);
    }

    @Test
    void close_always_closesAllParts() {
        List<String> closed = new ArrayList<>();
        composite(closes(closed, "a"), closes(closed, "b")).close();

        assertThat(closed).containsExactly("a", "b");
    }

    private static MetricSource composite(MetricSource... parts) {
        return new CompositeSource("test", List.of(parts));
    }

    private static MetricSource records(long value) {
        return recorder -> recorder.record(ANY, value);
    }

    private static MetricSource fails(Exception failure) {
        return recorder -> {
            throw failure;
        };
    }

    private static MetricSource closes(List<String> closed, String name) {
        return new MetricSource() {
            @Override
            public void collect(MetricRecorder recorder) {
                recorder.record(ANY, 0);
            }

            @Override
            public void close() {
                closed.add(name);
            }
        };
    }

    private List<Double> values() {
        return recording.points().stream().map(Recording.Point::value).toList();
    }
}
