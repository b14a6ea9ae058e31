package dev.outpost.agent.internal.schedule;

import static dev.outpost.agent.internal.schedule.ScheduleBench.NOON;
import static dev.outpost.agent.internal.schedule.ScheduleBench.schedule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an agent remembers of its schedules from one life to the next. */
class ScheduleRestartTest {

    private static final Trigger EVERY_MINUTE = Trigger.cron("* * * * *");

    private final ScheduleBench bench = new ScheduleBench();

    @Test
    void restart_nothingMissed_goesOnAsPlanned() {
        Schedule every = schedule(Trigger.every(Duration.ofMinutes(1))).build();
        bench.start(every);
        bench.pass(Duration.ofSeconds(70));

        bench.restart(Duration.ofSeconds(20), every);
        bench.pass(Duration.ofSeconds(30));

        assertThat(bench.firedSeconds())
                .as("a minute after the last, not after the start")
                .containsExactly(60L, 120L);
        assertThat(bench.status("s").missed()).isZero();
    }

    @Test
    void restart_clockSetBack_firesNothingTwiceAndHoldsUpNoInterval() {
        Schedule[] schedules = {
            schedule("cron", EVERY_MINUTE).build(),
            schedule("every", Trigger.every(Duration.ofMinutes(1))).build()
        };
        bench.start(schedules);
        bench.pass(Duration.ofMinutes(2));
        bench.setWall(NOON);

        bench.restart(Duration.ZERO, schedules);
        bench.pass(Duration.ofMinutes(3));

        assertThat(bench.fired())
                .containsExactlyInAnyOrder(
                        "cron/2026-11-01T12:01:00Z",
                        "cron/2026-11-01T12:02:00Z",
                        "cron/2026-11-01T12:03:00Z",
                        "every/2026-11-01T12:01:00Z",
                        "every/2026-11-01T12:02:00Z",
                        "every/2026-11-01T12:03:00Z",
                        "every/2026-11-01T12:04:00Z",
                        "every/2026-11-01T12:05:00Z");
    }

    @Test
    void restart_rememberedTimeIsDaysAhead_wasThatOfAWrongClock() {
        Schedule cron = schedule(EVERY_MINUTE).build();
        bench.setWall(NOON.plus(Duration.ofDays(3_650)));
        bench.start(cron);
        bench.pass(Duration.ofMinutes(1));
        bench.setWall(NOON);

        bench.restart(Duration.ZERO, cron);
        bench.pass(Duration.ofMinutes(1));

        assertThat(bench.fired()).hasSize(2).endsWith("s/2026-11-01T12:01:00Z");
    }

    @Test
    void restart_anotherTrigger_missedNothing() {
        bench.start(schedule(EVERY_MINUTE).build());

        bench.restart(Duration.ofHours(5), schedule(Trigger.cron("30 * * * *")).build());

        assertThat(bench.fired()).isEmpty();
        assertThat(bench.status("s").next()).isEqualTo("2026-11-01T17:30:00Z");
    }

    @Test
    void restart_paused_staysPausedEvenWithAnotherTrigger() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.steer(book -> book.pause("s"));

        bench.restart(Duration.ofHours(5), schedule(Trigger.cron("30 * * * *")).build());

        assertThat(bench.status("s").paused()).isTrue();
        assertThat(bench.status("s").next()).isNull();
    }

    @Test
    void restart_lastFiring_isStillKnown() {
        Schedule cron = schedule(EVERY_MINUTE).build();
        bench.start(cron);
        bench.pass(Duration.ofSeconds(60));

        bench.restart(Duration.ofSeconds(1), cron);

        assertThat(bench.status("s").last()).isEqualTo(NOON.plusSeconds(60));
        assertThat(bench.status("s").fired()).as("since the agent started").isZero();
    }

    @Test
    void restart_scheduleIsGone_isForgotten() {
        bench.start(
                schedule("a", EVERY_MINUTE).build(), schedule("b", EVERY_MINUTE).build());

        bench.restart(Duration.ofSeconds(1), schedule("b", EVERY_MINUTE).build());

        assertThat(bench.remembered).containsOnlyKeys("schedule/b");
    }

    @Test
    void restart_pushedSet_goesOnWithoutTheControlCenter() {
        bench.start();
        bench.steer(book -> book.onSet(
                new ScheduleSet("v1", List.of(schedule("p", EVERY_MINUTE).build()))));
        bench.pass(Duration.ofSeconds(60));

        bench.restart(Duration.ofSeconds(30));
        bench.pass(Duration.ofSeconds(30));

        assertThat(bench.book.version()).isEqualTo("v1");
        assertThat(bench.fired()).containsExactly("p/2026-11-01T12:01:00Z", "p/2026-11-01T12:02:00Z");
        assertThat(bench.status("p").pushed()).isTrue();
    }

    /** The program has changed: what still works runs, and the control center is asked to push the set again. */
    @Test
    void restart_pushedSetDoesNotFitTheProgramAnyMore_whatFitsRuns() {
        bench.start();
        bench.steer(book -> book.onSet(new ScheduleSet(
                "v1",
                List.of(
                        schedule("p", EVERY_MINUTE).build(),
                        schedule("q", EVERY_MINUTE).build()))));

        bench.restart(
                Duration.ZERO,
                schedule("p", Trigger.cron("@daily"))
                        .misfire(MisfirePolicy.skip())
                        .build());

        assertThat(bench.book.version()).isEmpty();
        assertThat(bench.status("p").pushed()).isFalse();
        assertThat(bench.status("q").pushed()).isTrue();
        assertThat(bench.count("schedules.restore.failed")).isEqualTo(1);
    }

    @Test
    void restart_brokenEntries_areCountedAndLeftOut() {
        bench.remembered.put("schedule-set", "nonsense".getBytes(StandardCharsets.UTF_8));
        bench.remembered.put("schedule/s", new byte[] {1, 0, 3});
        bench.remembered.put("schedule/t", new byte[40]);
        bench.remembered.put("schedule/u", new byte[0]);
        byte[] never = new byte[30];
        never[0] = 1;
        never[6] = 0x7f; // a second that no instant has
        bench.remembered.put("schedule/v", never);
        bench.remembered.put("task/x", new byte[] {1});

        bench.start(
                schedule("s", EVERY_MINUTE).build(), schedule("v", EVERY_MINUTE).build());
        bench.pass(Duration.ofSeconds(60));

        assertThat(bench.count("schedules.restore.failed")).isEqualTo(5);
        assertThat(bench.fired()).hasSize(2);
    }

    @Test
    void start_commandsBeforeTheJournalIsRead_happenAfterwards() {
        bench.start(schedule(EVERY_MINUTE).build());
        bench.book.close();
        ScheduleBench next = new ScheduleBench();
        next.remembered.putAll(bench.remembered);
        next.startAfter(
                book -> {
                    book.onSet(new ScheduleSet(
                            "v1", List.of(schedule("p", EVERY_MINUTE).build())));
                    book.pause("p");
                    book.emit("disk", Map.of(), true);
                },
                schedule("e", Trigger.onEvent("disk", Duration.ZERO)).build());

        assertThat(next.status("p").paused()).isTrue();
        assertThat(next.fired()).hasSize(1);
    }

    @Test
    void start_journalCouldNotBeReadInTime_theRememberedSetIsFollowedLater() {
        ScheduleSet set =
                new ScheduleSet("v1", List.of(schedule("p", EVERY_MINUTE).build()));
        Schedule own = schedule("own", EVERY_MINUTE).build();
        bench.start(own);
        bench.steer(book -> book.onSet(set));
        bench.steer(book -> book.pause("p"));
        Map<String, byte[]> remembered = Map.copyOf(bench.remembered);
        ScheduleBench next = new ScheduleBench().start(own);
        next.pass(Duration.ofSeconds(60));

        next.steer(book -> book.start(remembered));

        assertThat(next.book.version()).isEqualTo("v1");
        assertThat(next.status("p").paused()).isTrue();
        assertThat(next.status("own").fired()).as("goes on as it stands").isEqualTo(1);
    }

    @Test
    void start_journalReadLateAndAnotherSetHasCome_thatOneIsFollowed() {
        bench.start();
        bench.steer(book -> book.onSet(
                new ScheduleSet("v1", List.of(schedule("p", EVERY_MINUTE).build()))));
        Map<String, byte[]> remembered = Map.copyOf(bench.remembered);
        ScheduleBench next = new ScheduleBench().start();
        next.steer(book -> book.onSet(
                new ScheduleSet("v2", List.of(schedule("q", EVERY_MINUTE).build()))));

        next.steer(book -> book.start(remembered));

        assertThat(next.book.version()).isEqualTo("v2");
        assertThat(next.book.entries()).extracting(Entry::name).containsExactly("q");
    }

    @Test
    void journal_isWrittenOnlyWhenSomethingHasChanged() {
        bench.start(schedule(EVERY_MINUTE).build());
        assertThat(bench.puts).as("when it was first seen").isEqualTo(1);
        bench.pass(Duration.ofSeconds(59));
        assertThat(bench.puts).isEqualTo(1);

        bench.pass(Duration.ofSeconds(1));
        bench.steer(book -> book.resume("s"));

        assertThat(bench.puts).isEqualTo(2);
    }
}
