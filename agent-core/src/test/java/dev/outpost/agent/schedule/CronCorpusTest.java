package dev.outpost.agent.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the corpus, {@code *.cases} among the resources beside this class. */
class CronCorpusTest {

    /** As far as the oracle walks within a moment. */
    private static final Duration WALK = Duration.ofDays(14);

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.outpost.agent.schedule.CronCase#all")
    void next_namedCase_firesAsItsSourceSays(CronCase named) {
        CronExpression cron = CronExpression.parse(named.expression(), named.zone());
        Instant after = named.after();

        for (Instant firing : named.firings()) {
            assertThat(cron.next(after)).as("after %s", after).contains(firing);
            after = firing;
        }
        if (named.firings().isEmpty()) {
            assertThat(cron.next(after)).isEmpty();
        }
    }

    @Test
    void corpus_whereTheOracleCanTell_agreesWithIt() {
        List<CronCase> readable =
                CronCase.all().filter(CronCorpusTest::isReadableByTheOracle).toList();

        int checked = 0;
        for (CronCase named : readable) {
            CronOracle oracle = new CronOracle(named.expression(), named.zone());
            Instant after = named.after();
            for (Instant firing : named.firings()) {
                if (Duration.between(after, firing).compareTo(WALK) <= 0) {
                    assertThat(oracle.next(after, firing)).as("%s", named).isEqualTo(Optional.of(firing));
                    checked++;
                }
                after = firing;
            }
        }
        assertThat(checked).isGreaterThan(300);
    }

    private static boolean isReadableByTheOracle(CronCase named) {
        return !named.expression().startsWith("@") && !named.expression().contains("-SUN");
    }

    @Test
    void corpus_isLargeAndSaysWhereFrom() {
        List<CronCase> corpus = CronCase.all().toList();

        assertThat(corpus).hasSizeGreaterThanOrEqualTo(300);
        assertThat(corpus).extracting(CronCase::name).doesNotHaveDuplicates();
        assertThat(corpus).extracting(CronCase::source).noneMatch(String::isBlank);
    }
}
