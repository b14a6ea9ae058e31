package dev.outpost.agent.internal.schedule;

import static dev.outpost.agent.internal.schedule.ScheduleBench.NOON;
import static dev.outpost.agent.internal.schedule.ScheduleBench.schedule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.outpost.agent.internal.task.WideEngine;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Schedules;
import dev.outpost.agent.schedule.Trigger;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HostSchedulesTest {

    private final ScheduleBench bench = new ScheduleBench();

    @Test
    void list_isSortedAndTellsHowTheyStand() {
        Schedules schedules = start();
        bench.pass(Duration.ofSeconds(60));

        assertThat(schedules.list()).extracting(ScheduleStatus::name).containsExactly("a", "b", "c", "d");
        assertThat(schedules.list().get(0))
                .isEqualTo(new ScheduleStatus(
                        "a",
                        "cron '* * * * *' in UTC",
                        false,
                        false,
                        NOON.plusSeconds(120),
                        NOON.plusSeconds(60),
                        1,
                        0));
    }

    @Test
    void preview_timeTriggers_tellsWhatFollows() {
        Schedules schedules = start();

        assertThat(schedules.preview("a", 3))
                .containsExactly(NOON.plusSeconds(60), NOON.plusSeconds(120), NOON.plusSeconds(180));
        assertThat(schedules.preview("b", 3)).as("depends on its task").containsExactly(NOON.plusSeconds(600));
        assertThat(schedules.preview("c", 3)).as("events").isEmpty();
        assertThat(schedules.preview("d", 3)).as("has an end").containsExactly(NOON.plusSeconds(7_200));
        assertThat(schedules.preview("nobody", 3)).isEmpty();
    }

    @Test
    void preview_paused_tellsWhatWouldFollowNow() {
        Schedules schedules = start();
        bench.steer(book -> book.pause("a"));
        bench.pass(Duration.ofMinutes(10));

        assertThat(schedules.preview("a", 1)).containsExactly(NOON.plusSeconds(660));
    }

    @Test
    void preview_fixedDelayWhileItsTaskRuns_isNotKnown() {
        Schedules schedules = start();
        bench.pass(Duration.ofMinutes(10));

        assertThat(schedules.preview("b", 3)).isEmpty();
        WideEngine.finishAll(bench.engine);
        assertThat(schedules.preview("b", 3)).containsExactly(NOON.plusSeconds(1_200));
    }

    @Test
    void preview_countOutOfRange_throws() {
        Schedules schedules = start();

        assertThatIllegalArgumentException().isThrownBy(() -> schedules.preview("a", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> schedules.preview("a", 1_001));
    }

    @Test
    void pauseResumeTrigger_happenOnTheLoop() {
        Schedules schedules = start();

        schedules.pause("a");
        schedules.trigger("a");
        assertThat(schedules.list().get(0).paused()).isFalse();
        bench.turn();

        assertThat(schedules.list().get(0).paused()).isTrue();
        assertThat(bench.fired()).containsExactly("a/2026-11-01T12:00:00Z/asked");
        schedules.resume("a");
        bench.turn();
        assertThat(schedules.list().get(0).paused()).isFalse();
    }

    @Test
    void pause_unknown_isCounted() {
        Schedules schedules = start();

        schedules.pause("nobody");
        bench.turn();

        assertThat(bench.count("schedules.unknown")).isEqualTo(1);
    }

    @Test
    void pause_agentDoesNotRun_isCounted() {
        start();

        bench.book.forHost(command -> false).pause("a");

        assertThat(bench.count("schedules.commands.dropped")).isEqualTo(1);
    }

    @Test
    void paused_fromTheBeginning_waitsToBeResumed() {
        bench.start(schedule(Trigger.cron("* * * * *")).paused().build());
        bench.pass(Duration.ofSeconds(150));
        assertThat(bench.fired()).isEmpty();

        bench.steer(book -> book.resume("s"));

        assertThat(bench.firedSeconds()).containsExactly(120L);
    }

    private Schedules start() {
        bench.start(
                schedule("b", Trigger.afterEach(Duration.ofMinutes(10))).build(),
                schedule("a", Trigger.cron("* * * * *")).build(),
                schedule("d", Trigger.at(NOON.plusSeconds(7_200))).build(),
                schedule("c", Trigger.onEvent("x", Duration.ZERO)).build());
        return bench.book.forHost(bench.engine.inbox::post);
    }
}
