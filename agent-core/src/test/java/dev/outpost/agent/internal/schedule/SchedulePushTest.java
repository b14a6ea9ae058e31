package dev.outpost.agent.internal.schedule;

import static dev.outpost.agent.internal.schedule.ScheduleBench.NOON;
import static dev.outpost.agent.internal.schedule.ScheduleBench.schedule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.task.WideEngine;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the control center pushes, says and is told. */
class SchedulePushTest {

    private static final Trigger EVERY_MINUTE = Trigger.cron("* * * * *");

    private final ScheduleBench bench = new ScheduleBench();

    // ---- sets -----------------------------------------------------------------------------------------------------

    @Test
    void onSet_valid_runsAndIsReported() {
        bench.start(schedule("own", EVERY_MINUTE).build());

        push("v1", schedule("p", EVERY_MINUTE).build());

        List<ScheduleReport> reports = bench.reports();
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).version()).isEqualTo("v1");
        assertThat(reports.get(0).total()).isEqualTo(2);
        assertThat(reports.get(0).refusedVersion()).isEmpty();
        assertThat(reports.get(0).schedules())
                .filteredOn(ScheduleStatus::pushed)
                .extracting(ScheduleStatus::name)
                .containsExactly("p");
        bench.pass(Duration.ofSeconds(60));
        assertThat(bench.fired()).containsExactlyInAnyOrder("own/2026-11-01T12:01:00Z", "p/2026-11-01T12:01:00Z");
    }

    @Test
    void onSet_oneIsWrong_noneIsTakenAndAllProblemsAreTold() {
        bench.start(schedule("own", EVERY_MINUTE).build());
        push("v1", schedule("p", EVERY_MINUTE).build());
        bench.reports();

        push(
                "v2",
                schedule("own", EVERY_MINUTE).build(),
                schedule("q", EVERY_MINUTE).build(),
                schedule("q", EVERY_MINUTE).build(),
                Schedule.of("r", EVERY_MINUTE, TaskRequest.of("unknown").build())
                        .build());

        ScheduleReport report = bench.reports().get(0);
        assertThat(report.version()).isEqualTo("v1");
        assertThat(report.refusedVersion()).isEqualTo("v2");
        assertThat(report.problems())
                .containsExactly(
                        "schedule 'own': the agent's program has one of that name",
                        "schedule 'q' is there twice",
                        "schedule 'r': no handler for task type 'unknown'");
        assertThat(bench.book.entries()).extracting(Entry::name).containsExactlyInAnyOrder("own", "p");
        assertThat(bench.book.version()).isEqualTo("v1");
        assertThat(bench.count("schedules.sets{refused}")).isEqualTo(1);
        assertThat(bench.reports()).as("told once").isEmpty();
    }

    @Test
    void onSet_sameSchedule_goesOnAsItStands() {
        bench.start();
        push(
                "v1",
                schedule("p", EVERY_MINUTE).build(),
                schedule("q", EVERY_MINUTE).build());
        bench.pass(Duration.ofSeconds(60));
        bench.steer(book -> book.pause("p"));

        push(
                "v2",
                schedule("p", EVERY_MINUTE).build(),
                schedule("q", Trigger.cron("@hourly")).build());

        assertThat(bench.status("p")).satisfies(status -> {
            assertThat(status.paused()).isTrue();
            assertThat(status.fired()).isEqualTo(1);
            assertThat(status.last()).isEqualTo(NOON.plusSeconds(60));
        });
        assertThat(bench.status("q").fired()).as("another schedule").isZero();
        assertThat(bench.book.version()).isEqualTo("v2");
    }

    @Test
    void onSet_otherTaskWhileAFiringWaitsForItsJitter_firesIt() {
        bench.start();
        Schedule first =
                schedule("p", EVERY_MINUTE).jitter(Duration.ofSeconds(59)).build();
        push("v1", first);
        bench.pass(Duration.ofSeconds(60));
        assertThat(bench.fired()).as("its jitter is not zero").isEmpty();

        push(
                "v2",
                Schedule.of("p", EVERY_MINUTE, TaskRequest.of("other").build())
                        .jitter(Duration.ofSeconds(59))
                        .build());
        bench.pass(Duration.ofSeconds(59));

        assertThat(bench.fired()).containsExactly("p/2026-11-01T12:01:00Z");
        bench.restart(Duration.ZERO);
        bench.pass(Duration.ofSeconds(60));
        assertThat(bench.fired()).containsExactly("p/2026-11-01T12:01:00Z", "p/2026-11-01T12:02:00Z");
    }

    @Test
    void onSet_otherTaskOfAPausedSchedule_staysPausedUnlessTheSetSaysSo() {
        bench.start();
        push("v1", schedule("p", EVERY_MINUTE).build());
        bench.steer(book -> book.pause("p"));

        push("v2", schedule("p", EVERY_MINUTE).jitter(Duration.ofSeconds(1)).build());
        assertThat(bench.status("p").paused()).isTrue();
        push("v3", schedule("p", EVERY_MINUTE).paused(true).build());
        assertThat(bench.status("p").paused()).isTrue();
        push("v4", schedule("p", EVERY_MINUTE).build());
        assertThat(bench.status("p").paused()).isFalse();
    }

    @Test
    void onSet_scheduleIsGone_firesNoMore() {
        bench.start();
        push(
                "v1",
                schedule("p", EVERY_MINUTE).build(),
                schedule("e", Trigger.onEvent("disk", Duration.ZERO)).build(),
                schedule("a", Trigger.afterEach(Duration.ofSeconds(5))).build());
        bench.pass(Duration.ofSeconds(5));
        int fired = bench.fired().size();

        push("v2");
        bench.emit("disk", Map.of());
        WideEngine.finishAll(bench.engine);
        bench.pass(Duration.ofMinutes(5));

        assertThat(bench.fired()).hasSize(fired);
        assertThat(bench.remembered).containsOnlyKeys("schedule-set");
        assertThat(bench.reports()).last().satisfies(report -> {
            assertThat(report.total()).isZero();
            assertThat(report.schedules()).isEmpty();
        });
    }

    private void push(String version, Schedule... schedules) {
        bench.steer(book -> book.onSet(new ScheduleSet(version, List.of(schedules))));
    }

    // ---- commands -------------------------------------------------------------------------------------------------

    @Test
    void onCommand_pauseResumeTrigger_areDoneAndReported() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.reports();

        assertThat(command("s", ScheduleCommand.Action.PAUSE)).isEmpty();
        assertThat(bench.reports().get(0).schedules()).allMatch(ScheduleStatus::paused);
        bench.pass(Duration.ofSeconds(10));
        assertThat(command("s", ScheduleCommand.Action.TRIGGER)).isEmpty();
        assertThat(bench.fired()).containsExactly("s/2026-11-01T12:00:10Z/asked");
        assertThat(bench.reports().get(0).schedules()).allMatch(status -> status.fired() == 1 && status.paused());
        assertThat(command("s", ScheduleCommand.Action.RESUME)).isEmpty();
        assertThat(bench.reports().get(0).schedules())
                .extracting(ScheduleStatus::next)
                .containsExactly(NOON.plusSeconds(60));
    }

    @Test
    void onCommand_unknown_isAProblem() {
        bench.start(schedule(EVERY_MINUTE).build());

        assertThat(command("nobody", ScheduleCommand.Action.PAUSE)).containsExactly("schedule 'nobody' is not known");
        assertThat(command("s", ScheduleCommand.Action.UNSPECIFIED)).hasSize(1);
        assertThat(bench.reports()).isEmpty();
    }

    @Test
    void trigger_againInTheSameMoment_firesAgain() {
        bench.start(schedule(EVERY_MINUTE).build());

        command("s", ScheduleCommand.Action.TRIGGER);
        command("s", ScheduleCommand.Action.TRIGGER);
        bench.pass(Duration.ofSeconds(60));

        assertThat(bench.fired()).hasSize(3).endsWith("s/2026-11-01T12:01:00Z");
    }

    private List<String> command(String name, ScheduleCommand.Action action) {
        List<String> problems = new ArrayList<>();
        bench.steer(book -> book.onCommand(new ScheduleCommand(name, action)).ifPresent(problems::add));
        return problems;
    }

    // ---- reports --------------------------------------------------------------------------------------------------

    @Test
    void reports_firings_areToldOnceAMinute() {
        bench.start(schedule(Trigger.every(Duration.ofSeconds(1))).build());
        bench.book.onSession();
        bench.reports();
        int reports = 0;
        for (int i = 0; i < 180; i++) {
            bench.pass(Duration.ofSeconds(1));
            reports += bench.reports().size();
        }

        assertThat(reports).isBetween(2, 3);
    }

    @Test
    void reports_sessionBegins_tellsAllInPortions() {
        Schedule[] schedules = new Schedule[2_500];
        for (int i = 0; i < schedules.length; i++) {
            schedules[i] = schedule("s" + i, EVERY_MINUTE).build();
        }
        bench.start(schedules);

        bench.book.onSession();

        List<ScheduleReport> reports = bench.reports();
        assertThat(reports).extracting(report -> report.schedules().size()).containsExactly(1_000, 1_000, 500);
        assertThat(reports).allMatch(report -> report.total() == 2_500);
        assertThat(reports.stream()
                        .flatMap(report -> report.schedules().stream())
                        .map(ScheduleStatus::name)
                        .distinct())
                .hasSize(2_500);
    }

    @Test
    void reports_nothingToTell_staySilent() {
        bench.start();

        bench.book.onSession();

        assertThat(bench.reports()).isEmpty();
    }

    @Test
    void reports_lostWithTheConnection_areMadeUpForByTheNextSession() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.book.onSession();
        assertThat(bench.book.reports().nextToSend()).isNotNull();

        bench.book.reports().rewind();
        bench.book.onSession();

        assertThat(bench.reports())
                .hasSize(1)
                .allMatch(report -> report.schedules().size() == 1);
    }
}
