package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefreshedTest {

    private final FakeNanos time = new FakeNanos();
    private int reads;
    private boolean failing;
    private final Refreshed<Integer> refreshed = new Refreshed<>(this::read, time);

    private int read() throws IOException {
        if (failing) {
            throw new IOException("not now");
        }
        return ++reads;
    }

    @Test
    void get_young_remembered() throws IOException {
        refreshed.get();
        time.pass(Duration.ofSeconds(29));

        assertThat(refreshed.get()).isEqualTo(1);
        assertThat(refreshed.isFresh()).isFalse();
    }

    @Test
    void get_old_readAgain() throws IOException {
        refreshed.get();
        time.pass(Duration.ofSeconds(30));

        assertThat(refreshed.get()).isEqualTo(2);
        assertThat(refreshed.isFresh()).isTrue();
    }

    @Test
    void get_readingFailed_triedAgainAtTheNextCall() throws IOException {
        refreshed.get();
        time.pass(Duration.ofSeconds(30));
        failing = true;
        assertThatThrownBy(refreshed::get).hasMessage("not now");
        failing = false;

        assertThat(refreshed.get()).isEqualTo(2);
    }
}
