package dev.outpost.agent.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

    private static final long SECOND = 1_000_000_000;

    private long now = Long.MAX_VALUE - SECOND; // so that the clock wraps around

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9, 10, 11, 50, 300, 2_500})
    void inAnySecond_comeAsTheyLike_noSecondHasMore(int most) {
        for (long seed = 1; seed <= 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RateLimit limit = RateLimit.inAnySecond(most, now);
            ArrayDeque<Long> lastSecond = new ArrayDeque<>();
            for (int i = 0; i < 5 * most + 200; i++) {
                now += pause(random, most);
                for (int together = 1 + random.nextInt(3); together > 0; together--) {
                    if (begins(limit)) {
                        lastSecond.add(now);
                    }
                }
                while (!lastSecond.isEmpty() && now - lastSecond.peek() >= SECOND) {
                    lastSecond.remove();
                }
                assertThat(lastSecond).as("seed %d, %d per second", seed, most).hasSizeLessThanOrEqualTo(most);
            }
        }
    }

    /** None, about the spacing, the nanosecond that makes the difference, or so long that all of it may come at once again. */
    private static long pause(SplittableRandom random, int most) {
        return switch (random.nextInt(20)) {
            case 0 -> random.nextLong(2 * SECOND);
            case 1 -> SECOND / most - 1;
            case 2, 3, 4 -> 0;
            default -> random.nextLong(1 + 2 * SECOND / most);
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 11, 300, 2_500})
    void inAnySecond_moreComeAllTheTime_nineTenthsGetThroughEvenlySpaced(int most) {
        RateLimit limit = RateLimit.inAnySecond(most, now);
        int through = 0;
        while (begins(limit)) {
            through++; // what may come at once
        }
        assertThat(through).isEqualTo(Math.max(1, most / 10));
        through = 0;
        for (int i = 0; i < 10 * 20 * most; i++) {
            now += SECOND / most / 20;
            through += begins(limit) ? 1 : 0;
            assertThat(begins(limit)).isFalse();
        }
        assertThat(through).isBetween(9 * most - 1, 10 * most);
    }

    @Test
    void inAnySecond_afterAPauseHoweverLong_aTenthMayComeAtOnce() {
        RateLimit limit = RateLimit.inAnySecond(300, now);
        for (Duration pause : new Duration[] {Duration.ZERO, Duration.ofSeconds(1), Duration.ofDays(400)}) {
            now += pause.toNanos();
            for (int i = 0; i < 30; i++) {
                assertThat(begins(limit)).isTrue();
            }
            assertThat(begins(limit)).isFalse();
        }
    }

    @Test
    void untilOne_isTheTimeAfterWhichThereIsOne() {
        RateLimit limit = RateLimit.inAnySecond(10, now);
        assertThat(limit.untilOne(now)).isZero();
        limit.takeOne(now);
        assertThat(limit.untilOne(now)).isEqualTo(Duration.ofMillis(100)).isEqualTo(limit.spacing());
        now += limit.untilOne(now).toNanos() - 1;
        assertThat(limit.hasOne(now)).isFalse();
        assertThat(limit.hasOne(now + 1)).isTrue();
    }

    @Test
    void onAverage_lettingInThoseOfTwoSecondsAtOnce_thenAtTheRate() {
        RateLimit limit = RateLimit.onAverage(4, 2, now);
        for (int i = 0; i < 8; i++) {
            assertThat(begins(limit)).isTrue();
        }
        for (int i = 0; i < 20; i++) {
            assertThat(begins(limit)).isFalse();
            now += SECOND / 4;
            assertThat(begins(limit)).isTrue();
        }
    }

    @Test
    void hasOne_timeReadBeforeThatOfAnother_countsAllTheSame() {
        RateLimit limit = RateLimit.inAnySecond(10, now);
        limit.takeOne(now);
        assertThat(limit.hasOne(now - SECOND)).isFalse();
    }

    @Test
    void new_withoutRoom_isRefused() {
        assertThatThrownBy(() -> RateLimit.inAnySecond(0, now)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RateLimit.onAverage(0, 1, now)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RateLimit.onAverage(1, 0, now)).isInstanceOf(IllegalArgumentException.class);
    }

    private boolean begins(RateLimit limit) {
        boolean has = limit.hasOne(now);
        if (has) {
            limit.takeOne(now);
        }
        return has;
    }
}
