package dev.outpost.examples.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * An agent process that is killed again and again at random moments under load, while its control center comes and goes:
 * every record whose durable future completed arrives, none arrives twice, and the accounts close.
 *
 * <p>Short as it stands; with {@code -Doutpost.kill.iterations=200} in full, as CONTRIBUTING.md has it. {@code
 * -Doutpost.kill.seed=n} repeats the choices of a run, though not its timing.
 */
class KillTest {

    private static final int ITERATIONS = Integer.getInteger("outpost.kill.iterations", 6);
    private static final String AGENT = "killed";

    @Test
    void agent_killedAgainAndAgain_losesNothingDurableAndSendsNothingTwice() throws Exception {
        try (Story story = new Story()) {
            try (Weather weather = story.weather()) {
                for (int i = 0; i < ITERATIONS; i++) {
                    live(story);
                    weather.check();
                }
            }
            story.end(AGENT);
        }
    }

    /** One life: some end while they begin, some are suspended in between, some end by themselves. */
    private static void live(Story story) throws Exception {
        Random random = story.random();
        ChildProcess agent = story.startAgent(AGENT);
        if (random.nextInt(4) == 0) {
            passMillis(50 + random.nextInt(600));
            agent.kill();
            return;
        }
        passMillis(600 + random.nextInt(2_200));
        if (random.nextInt(8) == 0) {
            agent.signal("STOP");
            passMillis(300 + random.nextInt(1_200));
            agent.signal("CONT");
            passMillis(random.nextInt(500));
        }
        switch (random.nextInt(5)) {
            case 0 -> {
                agent.askToClose();
                assertThat(agent.awaitExit()).as(agent.said()).isZero();
            }
            case 1 -> {
                agent.askToClose();
                passMillis(random.nextInt(300));
                agent.kill();
            }
            default -> agent.kill();
        }
    }

    /** Time in which the processes run; there is nothing to wait for. */
    private static void passMillis(int millis) {
        Await.upTo(millis, TimeUnit.MILLISECONDS, () -> false);
    }
}
