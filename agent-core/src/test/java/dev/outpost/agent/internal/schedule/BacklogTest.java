package dev.outpost.agent.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.schedule.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final int MOST_STEPS = Backlog.MOST_COUNTED + 101 + 33 * 130;

    @Test
    void of_everyManyIntervals_isFoundWithoutCounting() {
        Backlog backlog = Backlog.of(Trigger.every(Duration.ofMillis(1)), NOON, NOON.plus(Duration.ofDays(36_500)), 2);

        assertThat(backlog.count()).isEqualTo(36_500L * 86_400_000 + 1);
        assertThat(backlog.newest())
                .containsExactly(NOON.plus(Duration.ofDays(36_500)).minusMillis(1), NOON.plus(Duration.ofDays(36_500)));
        assertThat(backlog.next()).contains(NOON.plus(Duration.ofDays(36_500)).plusMillis(1));
    }

    @Test
    void of_hundredThousandMissed_takesBoundedStepsAndFindsTheNewest() {
        Counting cron = new Counting(Trigger.cron("* * * * *"));

        Backlog backlog = Backlog.of(cron, NOON, NOON.plus(Duration.ofMinutes(100_000)), 3);

        assertThat(cron.asked).isLessThan(MOST_STEPS);
        assertThat(backlog.count()).isEqualTo(Backlog.MOST_COUNTED);
        assertThat(backlog.newest())
                .containsExactly(
                        NOON.plus(Duration.ofMinutes(99_998)),
                        NOON.plus(Duration.ofMinutes(99_999)),
                        NOON.plus(Duration.ofMinutes(100_000)));
        assertThat(backlog.next()).contains(NOON.plus(Duration.ofMinutes(100_001)));
    }

    /** Firings in bursts: a day has 3,600 of them within one hour, and then none. */
    @Test
    void of_burstsLongAgo_findsTheNewest() {
        Counting cron = new Counting(Trigger.cron("* * 3 * * *"));
        Instant evening = Instant.parse("2027-03-01T18:00:00Z");

        Backlog backlog = Backlog.of(cron, Instant.parse("2026-11-02T03:00:00Z"), evening, 101);

        assertThat(cron.asked).isLessThan(MOST_STEPS);
        assertThat(backlog.newest())
                .hasSize(101)
                .startsWith(Instant.parse("2027-03-01T03:58:19Z"))
                .endsWith(Instant.parse("2027-03-01T03:59:59Z"));
    }

    @Test
    void of_triggerThatEnds_hasNoNext() {
        Backlog backlog = Backlog.of(Trigger.at(NOON), NOON, NOON.plusSeconds(1), 1);

        assertThat(backlog).isEqualTo(new Backlog(List.of(NOON), 1, Optional.empty()));
    }

    @Test
    void of_triggerThatStandsStill_throws() {
        assertThatIllegalStateException().isThrownBy(() -> Backlog.of(Optional::of, NOON, NOON, 1));
    }

    @Test
    void of_randomTriggers_isWhatCountingFinds() {
        Cases.check(500, random -> {
            Trigger trigger = trigger(random);
            Instant due = trigger.next(NOON).orElseThrow();
            Instant now = due.plusSeconds(random.nextLong(20_000));
            int most = random.nextInt(1, 102);
            List<Instant> all = new ArrayList<>();
            Instant next = due;
            for (; !next.isAfter(now); next = trigger.next(next).orElseThrow()) {
                all.add(next);
            }

            Backlog backlog = Backlog.of(trigger, due, now, most);

            assertThat(backlog.newest()).isEqualTo(all.subList(Math.max(0, all.size() - most), all.size()));
            assertThat(backlog.next()).contains(next);
            assertThat(backlog.count()).isBetween(Math.min(all.size(), (long) Backlog.MOST_COUNTED), (long) all.size());
        });
    }

    private static Trigger trigger(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Trigger.every(Duration.ofMillis(random.nextLong(1, 100_000)));
            case 1 -> Trigger.cron("*/" + random.nextInt(1, 60) + " * * * * *");
            case 2 -> Trigger.cron("* " + random.nextInt(60) + " * * * *", ZoneId.of("Europe/Berlin"));
            default -> Trigger.cron("*/" + random.nextInt(1, 60) + " * * * *");
        };
    }

    private static final class Counting implements Trigger {
        private final Trigger trigger;
        private int asked;

        Counting(Trigger trigger) {
            this.trigger = trigger;
        }

        @Override
        public Optional<Instant> next(Instant after) {
            asked++;
            return trigger.next(after);
        }
    }
}
