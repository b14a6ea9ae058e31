package dev.outpost.examples.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.outpost.examples.kill.KillCenter.Mood;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deaths that {@link KillTest} meets seldom or not at all. */
@Timeout(300)
class KillVariantsTest {

    private static final String AGENT = "killed";
    private static final long PATIENCE_SECONDS = 120;
    private static final int FEW_ROUNDS = 2;

    /** A tenth of the long run's. */
    private static final int ROUNDS = Math.max(FEW_ROUNDS, Integer.getInteger("outpost.kill.iterations", 0) / 10);

    @Test
    void agent_killedWhileItStarts_losesNothingThatLivesBeforeHaveLeft() throws Exception {
        try (Story story = new Story()) {
            ChildProcess first = story.startAgent(AGENT);
            awaitDurable(story, 0, 100);
            first.kill();
            for (int i = 0; i < 2 * ROUNDS; i++) {
                ChildProcess next = story.startAgent(AGENT);
                passMillis(50 + story.random().nextInt(i % 2 == 0 ? 250 : 600));
                next.kill();
            }
            story.end(AGENT);
        }
    }

    @Test
    void agent_suspendedForLongerThanItsCenterWaits_losesNothing() throws Exception {
        try (Story story = new Story()) {
            KillCenter center = story.center(Mood.FICKLE);
            try {
                ChildProcess agent = story.startAgent(AGENT);
                awaitDurable(story, 0, 100);
                agent.signal("STOP");
                passMillis(7_000);
                agent.signal("CONT");
                long before = story.arrived();
                await("records arrive again", () -> story.arrived() > before + 100);
                agent.askToClose();
                assertThat(agent.awaitExit()).as(agent.said()).isZero();
            } finally {
                center.close();
            }
            story.end(AGENT);
        }
    }

    @Test
    void agents_onOneSpool_oneIsKilled_theNextStartDeliversWhatItLeft() throws Exception {
        try (Story story = new Story()) {
            try (Weather weather = story.weather()) {
                for (int i = 0; i < ROUNDS; i++) {
                    liveTogether(story, i % 2);
                    weather.check();
                }
            }
            story.endAfterSharing(AGENT);
        }
    }

    private static void liveTogether(Story story, int killed) throws Exception {
        List<ChildProcess> agents = List.of(story.startAgent(AGENT), story.startAgent("neighbour"));
        awaitDurable(story, story.lifeCount() - 2, 20);
        awaitDurable(story, story.lifeCount() - 1, 20);
        passMillis(story.random().nextInt(500));
        agents.get(killed).kill();
        passMillis(story.random().nextInt(500));
        ChildProcess survivor = agents.get(1 - killed);
        if (story.random().nextBoolean()) {
            survivor.kill();
        } else {
            survivor.askToClose();
            assertThat(survivor.awaitExit()).as(survivor.said()).isZero();
        }
    }

    /** In full only, for agents look for the slots of dead neighbours once a minute. */
    @Test
    void agents_onOneSpool_oneIsKilled_theOtherDeliversWhatItLeft() throws Exception {
        assumeTrue(ROUNDS > FEW_ROUNDS, "takes more than a minute");
        try (Story story = new Story()) {
            ChildProcess survivor = story.startAgent("neighbour");
            awaitDurable(story, 0, 20);
            ChildProcess killed = story.startAgent(AGENT);
            awaitDurable(story, 1, 500);
            killed.kill();
            List<Long> left = story.life(1).durableNumbers();
            KillCenter center = story.center(Mood.FICKLE);
            try {
                await(
                        "what the dead one left arrives",
                        () -> left.stream()
                                .map(Numbers::indexOf)
                                .allMatch(story.ledger().logsOf(1)::get));
                survivor.askToClose();
                assertThat(survivor.awaitExit()).as(survivor.said()).isZero();
            } finally {
                center.close();
            }
            story.endAfterSharing(AGENT);
        }
    }

    @Test
    void center_killedAtAnyMoment_eachRecordIsTakenOnce() throws Exception {
        try (Story story = new Story()) {
            Random random = story.random();
            ChildProcess agent = story.startAgent(AGENT);
            for (int i = 0; i < ROUNDS; i++) {
                ChildProcess center = story.startCenter();
                await("the center is up", () -> center.hasSaid("up"));
                passMillis(100 + random.nextInt(1_500));
                if (random.nextInt(3) == 0) {
                    agent.kill();
                    agent = story.startAgent(AGENT);
                    passMillis(random.nextInt(1_500));
                }
                center.kill();
                story.ledger().catchUp();
                passMillis(random.nextInt(300));
            }
            agent.kill();
            story.end(AGENT);
        }
    }

    private static void awaitDurable(Story story, int life, int records) throws Exception {
        await(
                records + " durable records",
                () -> story.life(life).durable().toFile().length() >= 8L * records);
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        assertThat(Await.upTo(PATIENCE_SECONDS, TimeUnit.SECONDS, condition))
                .as(what)
                .isTrue();
    }

    private static void passMillis(int millis) {
        Await.upTo(millis, TimeUnit.MILLISECONDS, () -> false);
    }
}
