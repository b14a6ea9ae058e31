package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Compares {@link CronExpression} with {@link CronOracle}, and with itself, on random cases in all time zones.
 *
 * <p>{@code -Doutpost.cron.cases=1000000} makes the comparison longer, {@code -Doutpost.cron.seed=5} another one. Every
 * failure names the seed of its case.
 */
class CronExpressionRandomTest {

    private static final int CASES = Integer.getInteger("outpost.cron.cases", 20_000);
    private static final long FIRST_SEED = Long.getLong("outpost.cron.seed", 20_260_329);

    /** Most walks are short, for a clock change is near; some are long. */
    private static final int LONG_WALK_EACH = 16;

    @Test
    void next_randomCases_agreesWithTheOracle() {
        int answered = 0;
        Set<ZoneId> zones = new HashSet<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            RandomCronCase random = RandomCronCase.of(seed);
            Instant limit = random.after().plus(horizonOf(random));

            Optional<Instant> expected = new CronOracle(random.expression(), random.zone()).next(random.after(), limit);
            Optional<Instant> actual =
                    CronExpression.parse(random.expression(), random.zone()).next(random.after());

            assertThat(actual.filter(instant -> !instant.isAfter(limit)))
                    .as("%s", random)
                    .isEqualTo(expected);
            assertThat(actual.filter(instant -> !instant.isAfter(random.after())))
                    .as("%s, not after the question", random)
                    .isEmpty();
            answered += expected.isPresent() ? 1 : 0;
            zones.add(random.zone());
        }
        // Silence on both sides is agreement too, but proves little.
        assertThat(answered).as("cases that the oracle could answer").isGreaterThan(CASES / 2);
        assertThat(zones).extracting(ZoneId::getId).containsAll(ZoneId.getAvailableZoneIds());
    }

    @Test
    void next_randomCases_movesForwardAndLeavesNothingOut() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            RandomCronCase random = RandomCronCase.of(seed);
            CronExpression cron = CronExpression.parse(random.expression(), random.zone());
            Random moments = new Random(seed);
            Instant after = random.after();
            for (int firing = 0; firing < 30; firing++) {
                Optional<Instant> next = cron.next(after);
                if (next.isEmpty()) {
                    break;
                }
                assertThat(next.get()).as("%s, firing %d", random, firing).isAfter(after);
                assertThat(cron.next(momentBetween(after, next.get(), moments)))
                        .as("%s, firing %d asked from in between", random, firing)
                        .isEqualTo(next);
                assertThat(cron.next(next.get().minusNanos(1)))
                        .as("%s, firing %d asked at the last moment", random, firing)
                        .isEqualTo(next);
                after = next.get();
            }
        }
    }

    /** How far the oracle walks: it takes a step per second where seconds matter, and one per minute elsewhere. */
    private static Duration horizonOf(RandomCronCase random) {
        boolean bySeconds = random.expression().split(" ", -1).length == 6
                && !random.expression().startsWith("0 ");
        boolean beforeStandardTime =
                random.zone().getRules().getOffset(random.after()).getTotalSeconds() % 60 != 0;
        if (bySeconds || beforeStandardTime) {
            return Duration.ofHours(12);
        }
        return random.seed() % LONG_WALK_EACH == 0 ? Duration.ofDays(35) : Duration.ofDays(3);
    }

    private static Instant momentBetween(Instant from, Instant to, Random random) {
        return from.plusSeconds(
                (long) (random.nextDouble() * Duration.between(from, to).toSeconds()));
    }
}
