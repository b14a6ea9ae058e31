package dev.outpost.agent.internal.schedule;

import static dev.outpost.agent.internal.schedule.ScheduleBench.NOON;
import static dev.outpost.agent.internal.schedule.ScheduleBench.schedule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.outpost.agent.internal.task.WideEngine;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Events, conditions, jitter. */
class ScheduleTriggersTest {

    private final ScheduleBench bench = new ScheduleBench();
    private boolean holds;
    private int asked;

    // ---- events ---------------------------------------------------------------------------------------------------

    @Test
    void onEvent_withoutDebounce_firesAtOnceForEach() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ZERO))
                .overlap(OverlapPolicy.ALLOW)
                .build());

        bench.book.emit("disk", Map.of("mount", "/a"), true);
        bench.book.emit("disk", Map.of("mount", "/b"), true);
        bench.emit("other", Map.of());

        assertThat(WideEngine.begun(bench.engine))
                .extracting(request -> request.arguments().get("event.mount"))
                .containsExactly("/a", "/b");
        assertThat(bench.fired())
                .as("two ids in one moment")
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void onEvent_attributes_becomeArguments() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ZERO)).build());

        bench.emit("disk", Map.of("mount", "/a", "free", "12"));

        assertThat(WideEngine.begun(bench.engine).get(0).arguments())
                .containsOnly(
                        Map.entry("event.type", "disk"), Map.entry("event.mount", "/a"), Map.entry("event.free", "12"));
    }

    @Test
    void onEvent_debounce_firesForTheNewestWhenNoneHasComeForAWhile() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ofSeconds(5))).build());
        for (int i = 0; i < 4; i++) {
            bench.emit("disk", Map.of("number", String.valueOf(i)));
            bench.pass(Duration.ofSeconds(4));
        }
        assertThat(bench.fired()).isEmpty();

        bench.pass(Duration.ofSeconds(1));

        assertThat(bench.firedSeconds()).containsExactly(17L);
        assertThat(WideEngine.begun(bench.engine).get(0).arguments()).containsEntry("event.number", "3");
    }

    @Test
    void onEvent_eventsWithoutEnd_firesTenTimesAsLateAtTheLatest() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ofSeconds(5))).build());
        for (int i = 0; i < 120; i++) {
            bench.emit("disk", Map.of());
            bench.pass(Duration.ofSeconds(1));
        }

        assertThat(bench.firedSeconds()).containsExactly(50L, 100L);
    }

    @Test
    void onEvent_clockSetBack_firesAllTheSame() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ofSeconds(5))).build());
        bench.emit("disk", Map.of());
        bench.pass(Duration.ofSeconds(5));
        bench.setWall(NOON.minusSeconds(3_600));
        bench.emit("disk", Map.of());
        bench.pass(Duration.ofSeconds(5));

        assertThat(bench.fired()).containsExactly("s/2026-11-01T12:00:05Z", "s/2026-11-01T12:00:05.000000001Z");
    }

    @Test
    void onEvent_paused_firesOnceForTheNewestAfterwards() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ZERO)).build());
        bench.steer(book -> book.pause("s"));
        bench.emit("disk", Map.of("number", "1"));
        bench.emit("disk", Map.of("number", "2"));
        bench.pass(Duration.ofMinutes(10));
        assertThat(bench.fired()).isEmpty();

        bench.steer(book -> book.resume("s"));

        assertThat(WideEngine.begun(bench.engine))
                .extracting(request -> request.arguments().get("event.number"))
                .containsExactly("2");
    }

    @Test
    void onEvent_pausedAndMisfireSkip_leavesItOut() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ZERO))
                .misfire(MisfirePolicy.skip())
                .build());
        bench.steer(book -> book.pause("s"));
        bench.emit("disk", Map.of());
        bench.pass(Duration.ofMinutes(10));

        bench.steer(book -> book.resume("s"));

        assertThat(bench.fired()).isEmpty();
        assertThat(bench.status("s").missed()).isEqualTo(1);
    }

    @Test
    void emit_moreThanMayWait_areDroppedAndCounted() {
        bench.start(schedule(Trigger.onEvent("disk", Duration.ofSeconds(1))).build());
        int taken = 0;
        for (int i = 0; i < 2_000; i++) {
            taken += bench.book.emit("disk", Map.of(), true) ? 1 : 0;
        }

        assertThat(taken).isEqualTo(256); // the slots of the bench's inbox
        assertThat(bench.count("events.dropped{inbox_full}")).isEqualTo(2_000 - taken);
        assertThat(bench.count("events.emitted")).isEqualTo(taken);
        bench.turn();
        assertThat(bench.book.emit("disk", Map.of(), true)).isTrue();
    }

    @Test
    void emit_notRunning_isDroppedAndCounted() {
        assertThat(bench.book.emit("disk", Map.of(), false)).isFalse();

        assertThat(bench.count("events.dropped{not_running}")).isEqualTo(1);
    }

    @Test
    void emit_outOfRange_throws() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 65; i++) {
            many.put("a" + i, "");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> bench.book.emit("", Map.of(), true));
        assertThatIllegalArgumentException().isThrownBy(() -> bench.book.emit("x".repeat(129), Map.of(), true));
        assertThatIllegalArgumentException().isThrownBy(() -> bench.book.emit("x", many, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.book.emit("x", Map.of("a", "x".repeat(8_192)), true));
    }

    // ---- conditions -----------------------------------------------------------------------------------------------

    @Test
    void poll_conditionHolds_firesEachTime() {
        startPolling();
        pollAfterASecond(false);
        assertThat(bench.fired()).isEmpty();

        pollAfterASecond(true);
        pollAfterASecond(true);

        assertThat(bench.firedSeconds()).containsExactly(2L, 3L);
        assertThat(bench.count("schedules.polls")).isEqualTo(3);
    }

    @Test
    void poll_conditionHangs_isNotAskedAgainAndNamed() {
        startPolling();
        bench.pass(Duration.ofSeconds(5));
        assertThat(bench.polls).as("asked once, not answered").hasSize(1);

        Runnable asking = bench.polls.remove();
        holds = true;
        duringCondition = () -> {
            bench.pass(Duration.ofSeconds(9));
            assertThat(bench.book.problems()).isEmpty();
            bench.pass(Duration.ofSeconds(1));
            assertThat(bench.book.problems()).containsExactly("condition of schedule s does not answer");
        };
        asking.run();
        bench.turn();

        assertThat(bench.book.problems()).isEmpty();
        assertThat(bench.firedSeconds()).as("when it was asked about").containsExactly(1L);
        bench.pass(Duration.ofSeconds(1));
        assertThat(bench.polls).hasSize(1);
    }

    @Test
    void poll_conditionThrows_countsAsNo() {
        startPolling();
        duringCondition = () -> {
            throw new IllegalStateException("on purpose");
        };
        pollAfterASecond(true);

        assertThat(bench.fired()).isEmpty();
        assertThat(bench.count("user.failures{condition}")).isEqualTo(1);
        duringCondition = () -> {};
        pollAfterASecond(true);
        assertThat(bench.fired()).hasSize(1);
    }

    @Test
    void poll_pausedWhileAsked_doesNotFire() {
        startPolling();
        bench.pass(Duration.ofSeconds(1));
        bench.steer(book -> book.pause("s"));
        holds = true;
        bench.answerPolls();
        bench.pass(Duration.ofMinutes(5));

        assertThat(bench.fired()).isEmpty();
        assertThat(bench.polls).isEmpty();
    }

    @Test
    void poll_looksMissed_becomeOneAndAreNotCounted() {
        startPolling();
        bench.stall(Duration.ofHours(3));
        holds = true;
        bench.answerPolls();

        assertThat(asked).isEqualTo(1);
        assertThat(bench.firedSeconds()).containsExactly(10_800L);
        assertThat(bench.status("s").missed()).isZero();
    }

    private Runnable duringCondition = () -> {};

    private void startPolling() {
        bench.start(schedule(Trigger.poll(Duration.ofSeconds(1), () -> {
                    asked++;
                    duringCondition.run();
                    return holds;
                }))
                .build());
    }

    private void pollAfterASecond(boolean answer) {
        holds = answer;
        bench.pass(Duration.ofSeconds(1));
        bench.answerPolls();
    }

    // ---- jitter ---------------------------------------------------------------------------------------------------

    @Test
    void jitter_putsEveryFiringOffByTheSame() {
        bench.start(
                schedule("cron", Trigger.cron("* * * * *"))
                        .jitter(Duration.ofSeconds(40))
                        .build(),
                schedule("every", Trigger.every(Duration.ofSeconds(30)))
                        .jitter(Duration.ofHours(1))
                        .build());
        long cron = Jitter.of("agent-1", "cron", Duration.ofSeconds(40));
        assertThat(bench.status("cron").next()).isEqualTo(NOON.plusSeconds(60).plusNanos(cron));

        bench.stall(Duration.ofSeconds(60).plusNanos(cron - 1));
        assertThat(bench.fired()).isEmpty();
        bench.stall(Duration.ofNanos(1));

        assertThat(bench.fired()).containsExactly("cron/2026-11-01T12:01:00Z");
        assertThat(bench.status("cron").missed()).isZero();
        assertThat(bench.status("cron").next()).isEqualTo(NOON.plusSeconds(120).plusNanos(cron));
    }

    @Test
    void jitter_longerThanTheInterval_keepsTheOrder() {
        bench.start(schedule(Trigger.every(Duration.ofSeconds(30)))
                .jitter(Duration.ofHours(1))
                .build());
        long jitter = Jitter.of("agent-1", "s", Duration.ofHours(1));

        bench.stall(Duration.ofNanos(jitter));
        bench.pass(Duration.ofSeconds(90));

        assertThat(bench.firedSeconds()).containsExactly(30L, 60L, 90L);
        assertThat(bench.status("s").missed()).isZero();
    }
}
