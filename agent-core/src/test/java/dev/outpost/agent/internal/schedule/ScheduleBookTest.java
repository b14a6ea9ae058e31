package dev.outpost.agent.internal.schedule;

import static dev.outpost.agent.internal.schedule.ScheduleBench.NOON;
import static dev.outpost.agent.internal.schedule.ScheduleBench.schedule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Firing in time, on clocks that behave and on clocks that do not. */
class ScheduleBookTest {

    private static final Trigger EVERY_MINUTE = Trigger.cron("* * * * *");

    private final ScheduleBench bench = new ScheduleBench();

    @Test
    void turn_due_submitsATaskNamedAfterScheduleAndTime() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.pass(Duration.ofSeconds(59));
        assertThat(bench.fired()).isEmpty();

        bench.pass(Duration.ofSeconds(1));

        assertThat(bench.fired()).containsExactly("s/2026-11-01T12:01:00Z");
        assertThat(bench.count("schedules.fired")).isEqualTo(1);
    }

    @Test
    void turn_everyFixedRate_countsFromTheTimeThatWasDueAndDoesNotDrift() {
        bench.start(schedule(Trigger.every(Duration.ofSeconds(10))).build());

        for (int i = 0; i < 10; i++) {
            bench.stall(Duration.ofSeconds(7)); // the loop is late by 4, 1, 8, 5, 2 … seconds
        }

        assertThat(bench.firedSeconds()).containsExactly(10L, 20L, 30L, 40L, 50L, 60L, 70L);
        assertThat(bench.count("schedules.missed")).isZero();
    }

    @Test
    void turn_at_firesOnceAndIsDone() {
        bench.start(schedule(Trigger.at(NOON.plusSeconds(5))).build());

        bench.pass(Duration.ofSeconds(60));

        assertThat(bench.firedSeconds()).containsExactly(5L);
        assertThat(bench.status("s").next()).isNull();
    }

    @Test
    void turn_manyDueAtOnce_areFiredInPortions() {
        Schedule[] schedules = new Schedule[200];
        for (int i = 0; i < schedules.length; i++) {
            schedules[i] = schedule("s" + i, EVERY_MINUTE).build();
        }
        bench.start(schedules);
        bench.engine.clock.advance(Duration.ofMinutes(1));

        bench.engine.timers.fire(bench.engine.clock.nanoTime());

        assertThat(bench.fired()).hasSize(64);
        bench.turn();
        assertThat(bench.fired()).hasSize(200);
    }

    @Test
    void start_manySchedulesFarOff_haveOneTimerTogether() {
        Schedule[] schedules = new Schedule[1_000];
        for (int i = 0; i < schedules.length; i++) {
            schedules[i] = schedule(
                            "s" + i, i % 2 == 0 ? Trigger.cron("0 3 * * *") : Trigger.every(Duration.ofHours(i)))
                    .build();
        }

        bench.start(schedules);
        int timersBefore = bench.engine.timers.size();
        bench.pass(Duration.ofMinutes(5));

        assertThat(timersBefore).as("the alarm, and the next report").isEqualTo(2);
        assertThat(bench.engine.timers.size()).isEqualTo(1);
    }

    @Test
    void start_triggerWithoutFurtherTimes_waitsForNothing() {
        ForeignScheduler foreign = foreign();

        bench.start(schedule(Trigger.at(NOON)).build());

        assertThat(foreign.delays).isEmpty();
    }

    // ---- clocks ---------------------------------------------------------------------------------------------------

    @Test
    void turn_clockSetBack_doesNotFireAgain() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.pass(Duration.ofMinutes(1));

        bench.setWall(NOON);
        bench.pass(Duration.ofSeconds(119));
        assertThat(bench.firedSeconds()).containsExactly(60L);
        bench.pass(Duration.ofSeconds(1));

        assertThat(bench.firedSeconds()).containsExactly(60L, 120L);
    }

    @Test
    void turn_clockSetBack_doesNotHoldUpWhatCountsElapsedTime() {
        bench.start(schedule(Trigger.every(Duration.ofMinutes(1))).build());
        bench.pass(Duration.ofMinutes(1));

        bench.setWall(NOON.minus(Duration.ofHours(1)));
        bench.pass(Duration.ofMinutes(2));

        assertThat(bench.firedSeconds()).containsExactly(60L, 120L, 180L);
    }

    /** A device that boots with a clock ahead of time is not to wait for years. */
    @Test
    void turn_clockCorrectedByMoreThanADay_followsTheNewTime() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.pass(Duration.ofMinutes(1));

        bench.setWall(NOON.minus(Duration.ofDays(400)).plusSeconds(10));
        bench.pass(Duration.ofMinutes(2));

        assertThat(bench.fired())
                .containsExactly("s/2026-11-01T12:01:00Z", "s/2025-09-27T12:01:00Z", "s/2025-09-27T12:02:00Z");
        assertThat(bench.count("schedules.clock.corrected")).isEqualTo(1);
    }

    /** The last firing was long ago by the wrong clock, so that it is less than a day ahead by the right one. */
    @Test
    void turn_clockCorrectedAndLittleIsAhead_followsTheNewTime() {
        bench.start(schedule(Trigger.cron("0 * * * *")).build());
        bench.stall(Duration.ofMinutes(59));

        bench.setWall(NOON.minus(Duration.ofDays(1)).plus(Duration.ofMinutes(30)));
        bench.pass(Duration.ofMinutes(30));

        assertThat(bench.fired()).containsExactly("s/2026-10-31T13:00:00Z");
    }

    @Test
    void turn_clockCorrected_namesWhatCountsElapsedTimeAnewWithoutHoldingItUp() {
        bench.start(schedule(Trigger.every(Duration.ofMinutes(1))).build());
        bench.pass(Duration.ofSeconds(90));

        bench.setWall(NOON.minus(Duration.ofDays(400)));
        bench.pass(Duration.ofSeconds(90));

        assertThat(bench.fired())
                .containsExactly("s/2026-11-01T12:01:00Z", "s/2025-09-27T12:00:30Z", "s/2025-09-27T12:01:30Z");
        assertThat(bench.status("s").next()).isEqualTo("2025-09-27T12:02:30Z");
    }

    @Test
    void status_clockSetBack_tellsTheNextFiringByThatClock() {
        bench.start(schedule(Trigger.every(Duration.ofMinutes(1))).build());
        bench.setWall(NOON.minusSeconds(3_600));
        bench.pass(Duration.ofSeconds(61));

        assertThat(bench.status("s").next()).isEqualTo("2026-11-01T11:02:00Z");
    }

    @Test
    void turn_clockSetForwardAndBackAgain_countsTheTimeOnce() {
        bench.start(schedule(Trigger.every(Duration.ofHours(1))).build());
        for (int i = 0; i < 5; i++) {
            bench.setWall(bench.now().minus(Duration.ofMinutes(50)));
            bench.pass(Duration.ofSeconds(31));
            bench.setWall(bench.now().plus(Duration.ofMinutes(50)));
            bench.pass(Duration.ofSeconds(31));
        }

        assertThat(bench.fired()).isEmpty();
    }

    /** The monotonic clock stands still while a machine sleeps: long waits look at the wall clock in between. */
    @Test
    void turn_machineSleptDuringALongWait_firesWithinHalfAMinute() {
        bench.start(
                schedule("date", Trigger.at(NOON.plus(Duration.ofHours(8)))).build(),
                schedule("interval", Trigger.every(Duration.ofHours(8))).build());

        bench.suspend(Duration.ofHours(8));

        assertThat(bench.fired())
                .containsExactlyInAnyOrder("date/2026-11-01T20:00:00Z", "interval/2026-11-01T20:00:00Z");
    }

    // ---- triggers of others ---------------------------------------------------------------------------------------

    @Test
    void start_triggerThatThrows_isCountedAndTheOthersRun() {
        Trigger broken = after -> {
            throw new IllegalStateException("on purpose");
        };
        bench.start(schedule("broken", broken).build(), schedule(EVERY_MINUTE).build());
        bench.pass(Duration.ofMinutes(1));

        assertThat(bench.firedSeconds()).containsExactly(60L);
        assertThat(bench.count("user.failures{trigger}"))
                .as("asked again every half a minute")
                .isEqualTo(3);
        assertThat(bench.count("schedules.trigger.failed")).isEqualTo(3);
    }

    @Test
    void start_triggerThatAnswersTheEndOfTime_neverFires() {
        bench.start(schedule(after -> Optional.of(Instant.MAX))
                .jitter(Duration.ofSeconds(5))
                .build());
        bench.pass(Duration.ofMinutes(1));

        assertThat(bench.fired()).isEmpty();
        assertThat(bench.count("schedules.trigger.failed")).isZero();
    }

    @Test
    void turn_triggerThatStandsStill_firesOnceAndIsAskedAgainLater() {
        Trigger stuck = after -> Optional.of(after.isBefore(NOON.plusSeconds(5)) ? NOON.plusSeconds(5) : after);

        bench.start(schedule(stuck).build());
        bench.pass(Duration.ofSeconds(10));

        assertThat(bench.firedSeconds()).containsExactly(5L);
        assertThat(bench.count("schedules.trigger.failed")).isEqualTo(1);
    }

    @Test
    void turn_triggerOfOthersThatCountsElapsedTime_isNotHeldUpByTheClock() {
        Trigger growing = new Trigger() {
            @Override
            public Optional<Instant> next(Instant after) {
                return Optional.of(after.plusSeconds(30));
            }

            @Override
            public boolean countsElapsedTime() {
                return true;
            }
        };
        bench.start(schedule(growing).build());
        bench.pass(Duration.ofSeconds(30));
        bench.setWall(NOON.minusSeconds(3_600));
        bench.pass(Duration.ofSeconds(60));

        assertThat(bench.firedSeconds()).containsExactly(30L, 60L, 90L);
    }

    // ---- the host's scheduler -------------------------------------------------------------------------------------

    @Test
    void arm_foreignScheduler_isAskedForAtMostHalfAMinute() {
        ForeignScheduler foreign = foreign();
        bench.start(schedule(Trigger.at(NOON.plusSeconds(70))).build());

        for (int i = 0; i < 3; i++) {
            bench.engine.clock.advance(foreign.delays.get(i));
            foreign.runNewest();
            bench.turn();
        }

        assertThat(foreign.delays)
                .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(10));
        assertThat(bench.firedSeconds()).containsExactly(70L);
    }

    @Test
    void arm_foreignSchedulerWakesTooEarly_isAskedAgain() {
        ForeignScheduler foreign = foreign();
        bench.start(schedule(Trigger.at(NOON.plusSeconds(10))).build());

        foreign.runNewest();
        bench.turn();

        assertThat(bench.fired()).isEmpty();
        assertThat(foreign.delays).hasSize(2);
    }

    @Test
    void arm_foreignSchedulerRunsACommandTwice_ringsOnce() {
        ForeignScheduler foreign = foreign();
        bench.start(schedule(Trigger.at(NOON.plusSeconds(10))).build());
        Runnable first = foreign.newest.orElseThrow();
        bench.engine.clock.advance(Duration.ofSeconds(10));

        first.run();
        first.run();
        bench.turn();

        assertThat(bench.firedSeconds()).containsExactly(10L);
        assertThat(foreign.delays).hasSize(1);
    }

    @Test
    void arm_foreignSchedulerThrows_isCountedAndTriedAgainAfterASecond() {
        ForeignScheduler foreign = foreign();
        foreign.failures = 1;
        bench.start(schedule(EVERY_MINUTE).build());
        assertThat(bench.count("user.failures{scheduler}")).isEqualTo(1);

        bench.pass(Duration.ofSeconds(1));

        assertThat(foreign.delays).containsExactly(Duration.ofSeconds(30));
    }

    @Test
    void close_firesNoMoreAndTakesBackWhatWaits() {
        ForeignScheduler foreign = foreign();
        bench.start(schedule(EVERY_MINUTE).build());

        bench.book.close();
        bench.engine.clock.advance(Duration.ofMinutes(5));
        foreign.runNewest();
        bench.turn();

        assertThat(foreign.cancelled).isEqualTo(1);
        assertThat(bench.fired()).isEmpty();
    }

    // ---- ends -----------------------------------------------------------------------------------------------------

    @Test
    void afterEach_waitsForTheEndOfTheTask() {
        bench.start(schedule(Trigger.afterEach(Duration.ofSeconds(10))).build());
        bench.pass(Duration.ofSeconds(45));
        assertThat(bench.firedSeconds()).as("its task has not ended").containsExactly(10L);

        bench.engine.finishOne();
        bench.pass(Duration.ofSeconds(10));

        assertThat(bench.firedSeconds()).containsExactly(10L, 55L);
    }

    @Test
    void afterEach_refusedTask_countsAsEnded() {
        Schedule refused = Schedule.of(
                        "s",
                        Trigger.afterEach(Duration.ofSeconds(10)),
                        TaskRequest.of("unknown").build())
                .build();

        bench.start(refused);
        bench.pass(Duration.ofSeconds(30));

        assertThat(bench.firedSeconds()).containsExactly(10L, 20L, 30L);
    }

    private ForeignScheduler foreign() {
        ForeignScheduler foreign = new ForeignScheduler();
        bench.foreign = foreign;
        return foreign;
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
