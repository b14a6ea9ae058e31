package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.StreamPosition;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** The window against a destination that keeps up, on machines that do not always. */
class AdaptiveWindowTest {

    private static final int LIMIT = 64;
    private static final UUID STREAM = new UUID(1, 2);
    private static final int BATCHES = 20_000;

    @Test
    void acked_evenRoundTrips_isAtTheLimit() {
        assertThat(usualSize(random -> 1)).isEqualTo(LIMIT);
    }

    @Test
    void acked_roundTripsThatVary_staysNearTheLimit() {
        assertThat(usualSize(random -> 0.5 + random.nextDouble())).isGreaterThan(0.9 * LIMIT);
        assertThat(usualSize(random -> -Math.log(1 - random.nextDouble()))).isGreaterThan(0.9 * LIMIT);
    }

    @Test
    void acked_someRoundTripsThatAreLate_staysNearTheLimit() {
        assertThat(usualSize(random -> random.nextInt(20) == 0 ? 200 : 1)).isGreaterThan(0.8 * LIMIT);
        assertThat(usualSize(random -> random.nextInt(50) == 0 ? 2_000 : 50 + 5 * random.nextDouble()))
                .isGreaterThan(0.8 * LIMIT);
    }

    @Test
    void failed_shrinksByATenthAndNeverBelowOne() {
        AdaptiveWindow window = new AdaptiveWindow(LIMIT);

        for (int i = 0; i < 100; i++) {
            window.failed();
        }

        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void acked_twoFarBeyondUsual_shrinks() {
        AdaptiveWindow window = new AdaptiveWindow(LIMIT);
        long now = 0;
        for (int i = 1; i <= 100; i++) {
            now = roundTrip(window, i, now, 1);
        }
        int before = window.size();

        now = roundTrip(window, 101, now, 5_000);
        assertThat(window.size()).as("one alone").isEqualTo(before);
        roundTrip(window, 102, now, 50_000);

        assertThat(window.size()).isLessThan(before);
    }

    private static long roundTrip(AdaptiveWindow window, long sequence, long now, long millis) {
        window.sent(new StreamPosition(STREAM, 1, sequence), true, now);
        long later = now + millis * 1_000_000;
        window.acked(new StreamPosition(STREAM, 1, sequence), later);
        return later;
    }

    /** The mean size with batches always waiting, acknowledged in order; the first tenth does not count. */
    private static double usualSize(ToDoubleFunction<SplittableRandom> millis) {
        SplittableRandom random = new SplittableRandom(7);
        AdaptiveWindow window = new AdaptiveWindow(LIMIT);
        PriorityQueue<Long> flight = new PriorityQueue<>();
        long lastAnswer = 0;
        long now = 0;
        double sum = 0;
        int counted = 0;
        long sent = 0;
        for (long acked = 1; acked <= BATCHES; acked++) {
            while (flight.size() < window.size()) {
                boolean isFull = flight.size() + 1 >= window.size();
                window.sent(new StreamPosition(STREAM, 1, ++sent), isFull, now);
                lastAnswer = Math.max(lastAnswer, now + (long) (millis.applyAsDouble(random) * 1_000_000));
                flight.add(lastAnswer);
            }
            now = flight.remove();
            window.acked(new StreamPosition(STREAM, 1, acked), now);
            if (acked > BATCHES / 10) {
                sum += window.size();
                counted++;
            }
        }
        return sum / counted;
    }
}
