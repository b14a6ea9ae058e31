package dev.outpost.agent.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.task.EngineBench;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScheduleBookTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Trigger EVERY_MINUTE = Trigger.cron("* * * * *");

    private final EngineBench bench = new EngineBench();

    @Test
    void wake_due_submitsATaskNamedAfterScheduleAndTime() {
        start(EVERY_MINUTE, OverlapPolicy.SKIP, null);
        bench.advance(Duration.ofSeconds(59));
        assertThat(bench.reports).isEmpty();

        bench.advance(Duration.ofSeconds(1));

        assertThat(bench.reports).extracting(TaskStatus::taskId).containsOnly("schedule/s/2026-11-01T12:01:00Z");
    }

    @Test
    void wake_taskOfTheLastFiringIsLive_skips() {
        start(EVERY_MINUTE, OverlapPolicy.SKIP, null);
        pass(Duration.ofMinutes(2));
        assertThat(bench.last("schedule/s/2026-11-01T12:02:00Z").state()).isEqualTo(TaskState.SKIPPED);

        bench.finishOne();
        pass(Duration.ofMinutes(1));

        assertThat(bench.last("schedule/s/2026-11-01T12:03:00Z").state()).isEqualTo(TaskState.RUNNING);
    }

    @Test
    void wake_overlapAllowed_runsBoth() {
        start(EVERY_MINUTE, OverlapPolicy.ALLOW, null);
        pass(Duration.ofMinutes(2));

        assertThat(bench.last("schedule/s/2026-11-01T12:02:00Z").state()).isEqualTo(TaskState.QUEUED);
    }

    @Test
    void wake_clockSetBack_doesNotFireAgain() {
        start(EVERY_MINUTE, OverlapPolicy.ALLOW, null);
        pass(Duration.ofMinutes(1));
        bench.finishOne();
        int reports = bench.reports.size();

        bench.clock.setWall(NOON);
        pass(Duration.ofSeconds(119));
        assertThat(bench.reports).hasSize(reports);
        pass(Duration.ofSeconds(1));

        assertThat(bench.reports).last().extracting(TaskStatus::taskId).isEqualTo("schedule/s/2026-11-01T12:02:00Z");
    }

    @Test
    void wake_clockSetForward_missedFiringsBecomeOne() {
        start(EVERY_MINUTE, OverlapPolicy.ALLOW, null);
        bench.clock.setWall(NOON.plus(Duration.ofHours(5)).plusSeconds(10));
        pass(Duration.ofSeconds(30));

        assertThat(firedIds()).containsExactly("schedule/s/2026-11-01T12:01:00Z");
        pass(Duration.ofSeconds(20));
        assertThat(firedIds()).containsExactly("schedule/s/2026-11-01T12:01:00Z", "schedule/s/2026-11-01T17:01:00Z");
    }

    /** The monotonic clock stands still while a machine sleeps: long waits look at the wall clock in between. */
    @Test
    void wake_machineSleptDuringALongWait_firesWithinHalfAMinute() {
        start(Trigger.at(NOON.plus(Duration.ofHours(8))), OverlapPolicy.SKIP, null);
        bench.clock.setWall(NOON.plus(Duration.ofHours(8)));

        pass(Duration.ofSeconds(30));

        assertThat(firedIds()).hasSize(1);
    }

    @Test
    void start_triggerWithoutFurtherTimes_waitsForNothing() {
        start(Trigger.at(NOON), OverlapPolicy.SKIP, null);

        assertThat(bench.timers.size()).isZero();
    }

    @Test
    void start_triggerThatThrows_isCountedAndTheOthersRun() {
        Trigger broken = after -> {
            throw new IllegalStateException("on purpose");
        };
        ScheduleBook book = book(List.of(schedule("broken", broken), schedule("s", EVERY_MINUTE)), null);
        book.start();
        pass(Duration.ofMinutes(1));

        assertThat(firedIds()).containsExactly("schedule/s/2026-11-01T12:01:00Z");
        assertThat(bench.counters.value("user.failures{trigger broken}"))
                .as("asked again every half a minute")
                .isEqualTo(3);
    }

    @Test
    void await_foreignScheduler_isAskedForAtMostHalfAMinute() {
        ForeignScheduler foreign = new ForeignScheduler();
        start(Trigger.at(NOON.plusSeconds(70)), OverlapPolicy.SKIP, foreign);

        for (int i = 0; i < 3; i++) {
            bench.clock.advance(foreign.delays.get(i));
            foreign.runNewest();
            bench.turn();
        }

        assertThat(foreign.delays)
                .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(10));
        assertThat(firedIds()).hasSize(1);
    }

    @Test
    void await_foreignSchedulerWakesTooEarly_isAskedAgain() {
        ForeignScheduler foreign = new ForeignScheduler();
        start(Trigger.at(NOON.plusSeconds(10)), OverlapPolicy.SKIP, foreign);

        foreign.runNewest();
        bench.turn();

        assertThat(bench.reports).isEmpty();
        assertThat(foreign.delays).hasSize(2);
    }

    @Test
    void await_foreignSchedulerThrows_isCountedAndTriedAgainAfterASecond() {
        ForeignScheduler foreign = new ForeignScheduler();
        foreign.failures = 1;
        start(EVERY_MINUTE, OverlapPolicy.SKIP, foreign);
        assertThat(bench.counters.value("user.failures{scheduler}")).isEqualTo(1);

        bench.advance(Duration.ofSeconds(1));

        assertThat(foreign.delays).containsExactly(Duration.ofSeconds(30));
    }

    @Test
    void close_firesNoMoreAndTakesBackWhatWaits() {
        ForeignScheduler foreign = new ForeignScheduler();
        ScheduleBook book = start(EVERY_MINUTE, OverlapPolicy.SKIP, foreign);

        book.close();
        bench.clock.advance(Duration.ofMinutes(5));
        foreign.runNewest();
        bench.turn();

        assertThat(foreign.cancelled).isEqualTo(1);
        assertThat(bench.reports).isEmpty();
    }

    private ScheduleBook start(Trigger trigger, OverlapPolicy overlap, @Nullable Scheduler foreign) {
        TaskRequest template = TaskRequest.of("work").build();
        ScheduleBook book = book(
                List.of(Schedule.of("s", trigger, template).overlap(overlap).build()), foreign);
        book.start();
        return book;
    }

    private static Schedule schedule(String name, Trigger trigger) {
        return Schedule.of(name, trigger, TaskRequest.of("work").build()).build();
    }

    private ScheduleBook book(List<Schedule> schedules, @Nullable Scheduler foreign) {
        return new ScheduleBook(
                schedules, foreign, bench.engine, bench.timers, bench.inbox, bench.clock, bench.guard, bench.counters);
    }

    /** Lets time pass second by second, as a loop would see it. */
    private void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            bench.advance(Duration.ofSeconds(1));
        }
    }

    private List<String> firedIds() {
        return bench.reports.stream().map(TaskStatus::taskId).distinct().toList();
    }

    private static final class ForeignScheduler implements Scheduler {
        private final List<Duration> delays = new ArrayList<>();
        private Optional<Runnable> newest = Optional.empty();
        private int failures;
        private int cancelled;

        @Override
        public Cancellable schedule(Runnable command, Duration delay) {
            if (failures-- > 0) {
                throw new IllegalStateException("on purpose");
            }
            delays.add(delay);
            newest = Optional.of(command);
            return () -> cancelled++;
        }

        void runNewest() {
            newest.orElseThrow().run();
        }
    }
}
