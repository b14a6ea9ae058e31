package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.session.Patience.Experience;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {

    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Experience SILENT_FROM_THE_START = new Experience(Duration.ZERO, true, false, false, false);

    private final Patience patience = new Patience();

    @Test
    void learn_quickAnswers_staysAtTheLeast() {
        patience.learn(new Experience(MOMENT, false, true, true, true));

        assertThat(patience.present()).isEqualTo(Patience.LEAST);
    }

    @Test
    void learn_slowAnswers_givesTwiceTheLongest() {
        patience.learn(new Experience(Duration.ofSeconds(4), false, true, true, true));

        assertThat(patience.present()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void learn_silentFromTheStartAgainAndAgain_doublesUpToTheMost() {
        patience.learn(SILENT_FROM_THE_START);
        assertThat(patience.present()).isEqualTo(Duration.ofSeconds(10));

        for (int link = 0; link < 5; link++) {
            patience.learn(SILENT_FROM_THE_START);
        }
        assertThat(patience.present()).isEqualTo(Patience.MOST);
    }

    @Test
    void learn_silentAndNoBatchTaken_doublesThoughItHadAnswered() {
        patience.learn(new Experience(MOMENT, true, true, true, false));

        assertThat(patience.present()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void learn_silentAfterAnswersWithNothingUnderWay_saysNothingOfSlowness() {
        patience.learn(SILENT_FROM_THE_START);

        patience.learn(new Experience(MOMENT, true, true, false, false));

        assertThat(patience.present()).isEqualTo(Patience.LEAST);
    }

    @Test
    void learn_endedOtherwiseWithNoBatchTaken_keepsWhatItHad() {
        patience.learn(SILENT_FROM_THE_START);

        patience.learn(new Experience(MOMENT, false, true, true, false));

        assertThat(patience.present()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void learn_batchTakenAfterSlowLinks_comesBackToTheLeast() {
        patience.learn(SILENT_FROM_THE_START);

        patience.learn(new Experience(MOMENT, false, true, true, true));

        assertThat(patience.present()).isEqualTo(Patience.LEAST);
    }
}
