package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WaysTest {

    private static final CloseReason DOWN = CloseReason.retry("down", null);
    private static final CloseReason REFUSED = CloseReason.refused("who?", null);

    private final ManualClock clock = new ManualClock();

    private Ways ways(int count) {
        List<Transport> transports = IntStream.range(0, count)
                .<Transport>mapToObj(way -> new FakeTransport("way-" + way))
                .toList();
        return new Ways(
                transports, new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60)), new SplittableRandom(3), clock);
    }

    private static CloseReason busyFor(Duration time) {
        return new CloseReason(CloseReason.Next.RETRY_WITH_BACKOFF, "busy", time, null);
    }

    @Test
    void afterAttempt_othersAreLeft_theyFollowAtOnceInOrder() {
        Ways ways = ways(3);

        assertThat(ways.afterAttempt(0, DOWN)).isZero();
        assertThat(ways.next()).isEqualTo(1);
        assertThat(ways.afterAttempt(1, REFUSED)).isZero();
        assertThat(ways.next()).isEqualTo(2);
    }

    @Test
    void afterAttempt_allHaveFailed_theRoundsGrowApart() {
        Ways ways = ways(2);
        Duration longest = Duration.ZERO;
        for (int round = 1; round <= 12; round++) {
            assertThat(ways.next()).isZero();
            ways.afterAttempt(0, DOWN);
            Duration wait = ways.afterAttempt(1, DOWN);
            long bound = round == 1 ? 0 : Math.min(60, 1L << Math.min(round - 2, 10));
            assertThat(wait).as("after round %d", round).isBetween(Duration.ZERO, Duration.ofSeconds(bound));
            longest = wait.compareTo(longest) > 0 ? wait : longest;
        }
        assertThat(longest).isGreaterThan(Duration.ofSeconds(10));
    }

    @Test
    void afterAttempt_allHaveRefused_isRare() {
        Ways ways = ways(2);
        ways.afterAttempt(0, REFUSED);

        assertThat(ways.afterAttempt(1, REFUSED)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
    }

    @Test
    void afterAttempt_oneWasToldToWait_theOtherGoesOnWithoutIt() {
        Ways ways = ways(2);
        ways.afterAttempt(0, busyFor(Duration.ofMinutes(5)));
        assertThat(ways.next()).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            assertThat(ways.afterAttempt(1, DOWN)).isLessThan(Duration.ofSeconds(20));
            assertThat(ways.next()).as("the first is to be left alone").isEqualTo(1);
        }
        clock.advance(Duration.ofMinutes(5));

        ways.afterAttempt(1, DOWN);

        assertThat(ways.next()).isZero();
    }

    @Test
    void afterAttempt_allWereToldToWait_waitsForTheFirstThatMay() {
        Ways ways = ways(2);
        ways.afterAttempt(0, busyFor(Duration.ofMinutes(5)));

        assertThat(ways.afterAttempt(1, busyFor(Duration.ofMinutes(2)))).isEqualTo(Duration.ofMinutes(2));
        assertThat(ways.next()).isEqualTo(1);
        assertThat(ways.isBarred()).isTrue();
    }

    @Test
    void afterSession_lost_triesTheSameWayAtOnce() {
        Ways ways = ways(3);
        ways.afterAttempt(0, DOWN);
        ways.welcomed(Duration.ZERO);

        assertThat(ways.afterSession(1, DOWN, true)).isZero();
        assertThat(ways.next()).isEqualTo(1);
        assertThat(ways.afterAttempt(1, DOWN)).isZero();
        assertThat(ways.next()).as("then the preferred one").isZero();
    }

    @Test
    void afterSession_centerHasSaidASpread_comesBackWithinIt() {
        Ways ways = ways(1);
        ways.welcomed(Duration.ofSeconds(40));
        Duration longest = Duration.ZERO;
        for (int i = 0; i < 50; i++) {
            Duration wait = ways.afterSession(0, DOWN, true);
            assertThat(wait).isBetween(Duration.ZERO, Duration.ofSeconds(40));
            longest = wait.compareTo(longest) > 0 ? wait : longest;
        }
        assertThat(longest).isGreaterThan(Duration.ofSeconds(30));
    }

    @Test
    void advise_toAKnownWay_isFollowedAndToAnotherIsNot() {
        Ways ways = ways(3);

        assertThat(ways.advise("way-2")).isTrue();
        assertThat(ways.next()).isEqualTo(2);
        assertThat(ways.advise("evil.example:443")).isFalse();
        assertThat(ways.next()).isEqualTo(2);
    }
}
