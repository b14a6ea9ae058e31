package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TriggerTest {

    private static final Instant NOON = Instant.parse("2026-03-29T12:00:00Z");

    @Test
    void every_anyInstant_isOneIntervalLater() {
        Trigger trigger = Trigger.every(Duration.ofSeconds(5));

        assertThat(trigger.next(NOON)).contains(NOON.plusSeconds(5));
        assertThat(trigger).hasToString("every PT5S");
    }

    @Test
    void every_oneMillisecond_isAccepted() {
        assertThat(Trigger.every(Duration.ofMillis(1)).next(NOON)).contains(NOON.plusMillis(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-5S", "PT0.000999999S"})
    void every_lessThanOneMillisecond_isRefusedWithValueAndLimit(Duration interval) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trigger.every(interval))
                .withMessage("interval is " + interval + ", allowed is PT0.001S or longer");
    }

    @Test
    void every_beyondTheLastInstant_isNever() {
        assertThat(Trigger.every(Duration.ofSeconds(Long.MAX_VALUE)).next(NOON)).isEmpty();
        assertThat(Trigger.every(Duration.ofSeconds(5)).next(Instant.MAX)).isEmpty();
    }

    @Test
    void at_earlierInstant_isTheInstant() {
        Trigger trigger = Trigger.at(NOON);

        assertThat(trigger.next(NOON.minusNanos(1))).contains(NOON);
        assertThat(trigger.next(Instant.MIN)).contains(NOON);
        assertThat(trigger).hasToString("at 2026-03-29T12:00:00Z");
    }

    @Test
    void at_sameOrLaterInstant_isNever() {
        Trigger trigger = Trigger.at(NOON);

        assertThat(trigger.next(NOON)).isEmpty();
        assertThat(trigger.next(NOON.plusNanos(1))).isEmpty();
    }

    @Test
    void cron_withoutZone_isInUtc() {
        Trigger trigger = Trigger.cron("30 2 * * *");

        assertThat(trigger.next(NOON)).contains(Instant.parse("2026-03-30T02:30:00Z"));
        assertThat(trigger).hasToString("cron '30 2 * * *' in UTC");
    }

    @Test
    void cron_withZone_isACronExpression() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");

        assertThat(Trigger.cron("30 2 * * *", berlin)).isEqualTo(CronExpression.parse("30 2 * * *", berlin));
    }
}
