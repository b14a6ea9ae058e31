package dev.outpost.agent.internal.schedule;

import static dev.outpost.agent.internal.schedule.ScheduleBench.NOON;
import static dev.outpost.agent.internal.schedule.ScheduleBench.schedule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.internal.task.WideEngine;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of firings that could not happen in time, whatever kept them. */
class ScheduleMisfireTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    private final ScheduleBench bench = new ScheduleBench();

    /** Why firings do not happen for ten minutes and five seconds. */
    enum Cause {
        STALL,
        SUSPEND_OR_CLOCK_SET_FORWARD,
        PAUSE,
        RESTART
    }

    private void happens(Cause cause, Schedule schedule) {
        Duration time = TEN_MINUTES.plusSeconds(5);
        switch (cause) {
            case STALL -> bench.stall(time);
            case SUSPEND_OR_CLOCK_SET_FORWARD -> {
                bench.setWall(bench.now().plus(time).minusSeconds(30));
                bench.pass(Duration.ofSeconds(30));
            }
            case PAUSE -> {
                bench.steer(book -> book.pause("s"));
                bench.pass(time);
                bench.steer(book -> book.resume("s"));
            }
            case RESTART -> bench.restart(time, schedule);
        }
    }

    private static List<Arguments> matrix() {
        List<Arguments> all = new ArrayList<>();
        for (Cause cause : Cause.values()) {
            for (Trigger trigger : List.of(Trigger.cron("* * * * *"), Trigger.every(Duration.ofMinutes(1)))) {
                for (OverlapPolicy overlap : OverlapPolicy.values()) {
                    // due in time at +600 s, five seconds ago; missed from +120 s to +540 s, after one in time at +60 s
                    all.add(Arguments.of(cause, trigger, overlap, MisfirePolicy.fireOnce(), List.of(660L)));
                    all.add(Arguments.of(cause, trigger, overlap, MisfirePolicy.skip(), List.of(660L)));
                    all.add(Arguments.of(cause, trigger, overlap, MisfirePolicy.catchUp(2), List.of(540L, 600L, 660L)));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void missedByTenMinutes_policyDecides(
            Cause cause, Trigger trigger, OverlapPolicy overlap, MisfirePolicy misfire, List<Long> expected) {
        Schedule schedule = schedule(trigger).overlap(overlap).misfire(misfire).build();
        bench.start(schedule);
        bench.pass(Duration.ofSeconds(60));
        assertThat(bench.firedSeconds()).containsExactly(60L);
        WideEngine.forgetAll(bench.engine);
        bench.engine.reports.clear();

        happens(cause, schedule);

        assertThat(bench.firedSeconds()).isEqualTo(expected);
        assertThat(bench.status("s").missed()).isEqualTo(9);
        assertThat(bench.count("schedules.missed")).isEqualTo(9);
        assertThat(bench.count("schedules.left_out")).isEqualTo(10 - expected.size());
        WideEngine.finishAll(bench.engine);
        OverlapPolicy used = expected.size() > 1 ? OverlapPolicy.QUEUE : overlap;
        assertThat(WideEngine.begun(bench.engine))
                .hasSameSizeAs(expected)
                .allSatisfy(request -> assertThat(request.overlap()).isEqualTo(used));
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void oneIsLate_catchUp_isQueuedWhateverOverlapSays(Cause cause) {
        Schedule schedule = schedule(Trigger.cron("5 * * * *"))
                .overlap(OverlapPolicy.SKIP)
                .misfire(MisfirePolicy.catchUp(3))
                .build();
        bench.start(schedule);

        happens(cause, schedule);

        assertThat(bench.firedSeconds()).containsExactly(300L);
        WideEngine.finishAll(bench.engine);
        assertThat(WideEngine.begun(bench.engine))
                .singleElement()
                .satisfies(request -> assertThat(request.overlap()).isEqualTo(OverlapPolicy.QUEUE));
    }

    /** More than a minute late, though the next one is not due. */
    @ParameterizedTest
    @EnumSource(Cause.class)
    void lateByMoreThanAMinute_skip_isLeftOut(Cause cause) {
        Schedule schedule = schedule(Trigger.cron("5 * * * *"))
                .misfire(MisfirePolicy.skip())
                .build();
        bench.start(schedule);

        happens(cause, schedule);

        assertThat(bench.fired()).isEmpty();
        assertThat(bench.status("s").missed()).isEqualTo(1);
        assertThat(bench.status("s").next()).isEqualTo("2026-11-01T13:05:00Z");
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void at_late_firesOnce(Cause cause) {
        Schedule schedule = schedule(Trigger.at(NOON.plusSeconds(60))).build();
        bench.start(schedule);

        happens(cause, schedule);

        assertThat(bench.firedSeconds()).containsExactly(60L);
        assertThat(bench.status("s").next()).isNull();
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void afterEach_late_firesOnceAndCountsFromTheEnd(Cause cause) {
        Schedule schedule = schedule(Trigger.afterEach(Duration.ofSeconds(90)))
                .misfire(MisfirePolicy.catchUp(100))
                .build();
        bench.start(schedule);

        happens(cause, schedule);

        assertThat(bench.firedSeconds()).containsExactly(90L);
        assertThat(bench.status("s").missed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void afterEach_lateAndSkipped_waitsAnew(Cause cause) {
        Schedule schedule = schedule(Trigger.afterEach(Duration.ofSeconds(90)))
                .misfire(MisfirePolicy.skip())
                .build();
        bench.start(schedule);

        happens(cause, schedule);
        assertThat(bench.fired()).isEmpty();
        bench.pass(Duration.ofSeconds(90));

        assertThat(bench.fired()).hasSize(1);
    }

    @Test
    void hundredThousandMissed_fireOnce_firesTheNewest() {
        Trigger cron = Trigger.cron("* * * * *");
        bench.start(schedule(cron).build());

        bench.stall(Duration.ofMinutes(100_000));

        assertThat(bench.firedSeconds()).containsExactly(6_000_000L);
        assertThat(bench.status("s").next()).isEqualTo(NOON.plus(Duration.ofMinutes(100_001)));
        assertThat(bench.status("s").missed()).as("at least").isEqualTo(Backlog.MOST_COUNTED - 1);
    }

    @Test
    void hundredThousandMissed_catchUp_firesTheNewestHundred() {
        bench.start(schedule(Trigger.every(Duration.ofSeconds(1)))
                .misfire(MisfirePolicy.catchUp(100))
                .build());

        bench.stall(Duration.ofSeconds(100_000));

        assertThat(bench.firedSeconds()).hasSize(101).startsWith(99_900L).endsWith(100_000L);
        assertThat(bench.status("s").missed()).isEqualTo(99_999);
        assertThat(bench.count("schedules.left_out")).isEqualTo(99_899);
    }

    @Test
    void catchUp_templateWithAKey_keepsIt() {
        TaskRequest template =
                TaskRequest.of("work").concurrency("disk", OverlapPolicy.ALLOW).build();
        bench.start(Schedule.of("s", Trigger.cron("* * * * *"), template)
                .misfire(MisfirePolicy.catchUp(3))
                .build());

        bench.stall(Duration.ofMinutes(3));
        WideEngine.finishAll(bench.engine);

        assertThat(WideEngine.begun(bench.engine))
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.concurrencyKey()).isEqualTo("disk"));
    }
}
