package dev.outpost.agent.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Cases;
import dev.outpost.agent.internal.task.WideEngine;
import dev.outpost.agent.schedule.AtTrigger;
import dev.outpost.agent.schedule.CronExpression;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random time, random clocks, random ends of the agent: what holds whatever happens. */
class SchedulePropertyTest {

    @Test
    void randomLife_noDueInstantFiresTwiceAndAllGoForward() {
        Cases.check(300, random -> new Life(random).run());
    }

    private static final class Life {
        private final SplittableRandom random;
        private final ScheduleBench bench = new ScheduleBench();
        private final Schedule[] schedules;
        private final Set<String> ids = new HashSet<>();
        private final Map<String, Instant> newest = new HashMap<>();
        private long clockAhead;
        private int lives = 1;
        private int seen;

        Life(SplittableRandom random) {
            this.random = random;
            schedules = new Schedule[random.nextInt(1, 6)];
            for (int i = 0; i < schedules.length; i++) {
                schedules[i] = schedule("s" + i);
            }
        }

        private Schedule schedule(String name) {
            Trigger trigger = switch (random.nextInt(6)) {
                case 0 -> Trigger.every(Duration.ofMillis(random.nextLong(100, 300_000)));
                case 1 -> Trigger.afterEach(Duration.ofMillis(random.nextLong(100, 300_000)));
                case 2 -> Trigger.at(bench.now().plusSeconds(random.nextLong(10_000)));
                case 3 -> Trigger.onEvent("e", Duration.ofSeconds(random.nextInt(3)));
                case 4 -> Trigger.poll(Duration.ofSeconds(random.nextInt(1, 60)), () -> true);
                default -> Trigger.cron("*/" + random.nextInt(1, 60) + " * * * * *", ZoneId.of("Europe/Berlin"));
            };
            MisfirePolicy misfire = switch (random.nextInt(3)) {
                case 0 -> MisfirePolicy.fireOnce();
                case 1 -> MisfirePolicy.skip();
                default -> MisfirePolicy.catchUp(random.nextInt(1, 6));
            };
            return ScheduleBench.schedule(name, trigger)
                    .misfire(misfire)
                    .overlap(OverlapPolicy.ALLOW)
                    .jitter(Duration.ofSeconds(random.nextInt(90)))
                    .build();
        }

        void run() {
            bench.start(schedules);
            for (int step = 0; step < 150; step++) {
                operate();
                bench.turn();
                check();
            }
        }

        private void operate() {
            String name = "s" + random.nextInt(schedules.length);
            switch (random.nextInt(12)) {
                case 0, 1 -> setClock(random.nextLong(80_000));
                case 2 -> bench.steer(book -> book.pause(name));
                case 3, 4 -> bench.steer(book -> book.resume(name));
                case 5 -> {
                    lives++;
                    bench.restart(Duration.ofSeconds(random.nextLong(10_000)), schedules);
                }
                case 6 -> bench.emit("e", Map.of());
                case 7 -> WideEngine.finishAll(bench.engine);
                case 8 -> bench.stall(Duration.ofSeconds(random.nextLong(4_000)));
                default -> pass(Duration.ofMillis(random.nextLong(90_000)));
            }
            bench.answerPolls();
        }

        /** Never wrong by more than a day, which would be taken for a correction. */
        private void setClock(long secondsAhead) {
            bench.setWall(bench.now().plusSeconds(secondsAhead - clockAhead));
            clockAhead = secondsAhead;
        }

        private void pass(Duration time) {
            for (long left = time.toMillis(); left > 0; left -= 500) {
                bench.stall(Duration.ofMillis(Math.min(500, left)));
                check();
            }
        }

        private void check() {
            for (TaskStatus status : bench.engine.reports.subList(seen, bench.engine.reports.size())) {
                if (ids.add(status.taskId())) {
                    fired(status);
                }
            }
            seen = bench.engine.reports.size();
            assertThat(bench.count("tasks.duplicates"))
                    .as("no id is used twice")
                    .isZero();
            assertThat(bench.remembered).as("one value each").hasSizeLessThanOrEqualTo(schedules.length);
            assertThat(bench.engine.timers.size())
                    .as("the alarm, the report of each life, and two for each attempt")
                    .isLessThanOrEqualTo(1 + lives + 2 * WideEngine.running(bench.engine));
        }

        private void fired(TaskStatus status) {
            String[] parts = status.taskId().split("/", -1);
            Schedule schedule = schedules[Integer.parseInt(parts[1].substring(1))];
            Instant due = Instant.parse(parts[2]);
            Instant before = newest.put(parts[1], due);
            if (before != null) {
                assertThat(due).as(schedule + " goes forward").isAfter(before);
            }
            boolean dated = schedule.trigger() instanceof CronExpression || schedule.trigger() instanceof AtTrigger;
            if (dated) {
                assertThat(bench.now()).as(schedule + " does not fire early").isAfterOrEqualTo(due);
            }
            if (dated && schedule.misfire().kind() == MisfirePolicy.Kind.SKIP) {
                assertThat(Duration.between(due, bench.now()))
                        .as(schedule + " does not fire late")
                        .isLessThanOrEqualTo(Misfires.IN_TIME.plus(schedule.jitter()));
            }
        }
    }
}
