package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cron expression is as a value, and where its time begins and ends. */
class CronExpressionTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void parse_anyExpression_keepsTextAndZoneAsGiven() {
        CronExpression cron = CronExpression.parse(" 0  3 * * mon", BERLIN);

        assertThat(cron.expression()).isEqualTo(" 0  3 * * mon");
        assertThat(cron.zone()).isEqualTo(BERLIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"  0   3 * *  mon  ", "0\t3\t*\t*\tmon", "\t0 3 * * mon"})
    void parse_anyBlanks_separateFields(String expression) {
        CronExpression cron = CronExpression.parse(expression, ZoneOffset.UTC);

        assertThat(cron.next(Instant.parse("2026-01-15T10:00:00Z"))).contains(Instant.parse("2026-01-19T03:00:00Z"));
    }

    @Test
    void parse_blanksAroundAMacro_areLeftOut() {
        CronExpression cron = CronExpression.parse("  @daily ", ZoneOffset.UTC);

        assertThat(cron.next(Instant.parse("2026-01-15T10:00:00Z"))).contains(Instant.parse("2026-01-16T00:00:00Z"));
    }

    @Test
    void toString_anyExpression_isReadable() {
        assertThat(CronExpression.parse("0 3 * * *", BERLIN)).hasToString("cron '0 3 * * *' in Europe/Berlin");
    }

    @Test
    void equals_sameTextAndZone_isTrue() {
        CronExpression cron = CronExpression.parse("0 3 * * *", BERLIN);

        assertThat(cron).isEqualTo(CronExpression.parse("0 3 * * *", BERLIN));
        assertThat(cron).hasSameHashCodeAs(CronExpression.parse("0 3 * * *", BERLIN));
    }

    @Test
    void equals_otherTextOrZone_isFalse() {
        CronExpression cron = CronExpression.parse("0 3 * * *", BERLIN);

        assertThat(cron).isNotEqualTo(CronExpression.parse("0  3 * * *", BERLIN));
        assertThat(cron).isNotEqualTo(CronExpression.parse("0 3 * * *", ZoneOffset.UTC));
        assertThat(cron).isNotEqualTo("0 3 * * *");
    }

    @Test
    @SuppressWarnings("NullAway") // what callers without null checks may do
    void parse_null_namesTheArgument() {
        assertThatNullPointerException()
                .isThrownBy(() -> CronExpression.parse(null, BERLIN))
                .withMessage("expression");
        assertThatNullPointerException()
                .isThrownBy(() -> CronExpression.parse("* * * * *", null))
                .withMessage("zone");
    }

    @Test
    void next_impossibleDate_isEmptyWithoutTryingEveryDay() {
        CronExpression cron = CronExpression.parse("* * * 30 2 *", BERLIN);

        // 5000 searches of 100 years each finish at once, or this test is seen to hang.
        for (int i = 0; i < 5_000; i++) {
            assertThat(cron.next(Instant.ofEpochSecond(i * 1_000_000L)).isEmpty())
                    .isTrue();
        }
    }

    @Test
    void next_beforeYearZero_answersAsIfAskedWhenItBegan() {
        CronExpression cron = CronExpression.parse("0 0 1 1 *", ZoneOffset.UTC);

        assertThat(cron.next(Instant.MIN)).contains(Instant.parse("0000-01-01T00:00:00Z"));
        assertThat(cron.next(Instant.parse("-0044-03-15T12:00:00Z"))).contains(Instant.parse("0000-01-01T00:00:00Z"));
    }

    @Test
    void next_atTheEndOfTime_isEmpty() {
        CronExpression cron = CronExpression.parse("* * * * * *", BERLIN);

        assertThat(cron.next(Instant.parse("9999-12-31T23:59:58Z"))).contains(Instant.parse("9999-12-31T23:59:59Z"));
        assertThat(cron.next(Instant.parse("9999-12-31T23:59:59Z"))).isEmpty();
        assertThat(cron.next(Instant.MAX)).isEmpty();
    }
}
