package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Compares {@link CronExpression} with {@link CronOracle}, and with itself, on random cases in all time zones.
 *
 * <p>{@code -Doutpost.cron.cases=20000} makes the comparison longer. Every failure names the seed of its case.
 */
class CronExpressionRandomTest {

    private static final int CASES = Integer.getInteger("outpost.cron.cases", 3_000);
    private static final int SELF_CASES = 1_000;
    private static final long FIRST_SEED = 20_260_329;

    @Test
    void next_randomCases_agreesWithTheOracle() {
        int answered = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            RandomCronCase random = RandomCronCase.of(seed);
            Instant limit = random.after().plus(horizonOf(random));

            Optional<Instant> expected = new CronOracle(random.expression(), random.zone()).next(random.after(), limit);
            Optional<Instant> actual =
                    CronExpression.parse(random.expression(), random.zone()).next(random.after());

            assertThat(actual.filter(instant -> !instant.isAfter(limit)))
                    .as("%s", random)
                    .isEqualTo(expected);
            answered += expected.isPresent() ? 1 : 0;
        }
        // Silence on both sides is agreement too, but proves little.
        assertThat(answered).as("cases that the oracle could answer").isGreaterThan(CASES / 2);
    }

    @Test
    void next_randomCases_movesForwardAndLeavesNothingOut() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SELF_CASES; seed++) {
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
        return bySeconds || beforeStandardTime ? Duration.ofHours(12) : Duration.ofDays(10);
    }

    private static Instant momentBetween(Instant from, Instant to, Random random) {
        return from.plusSeconds(
                (long) (random.nextDouble() * Duration.between(from, to).toSeconds()));
    }
}
