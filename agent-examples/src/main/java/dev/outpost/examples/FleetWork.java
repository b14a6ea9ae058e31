package dev.outpost.examples;

import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentSelector;
import dev.outpost.center.Broadcast;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.ControlCenterBuilder;
import dev.outpost.center.RollOut;
import dev.outpost.center.RollOutPlan;
import dev.outpost.center.ScheduleAnswer;
import dev.outpost.center.TaskHandle;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** The code of docs/control-center.md. */
final class FleetWork {

    private final ControlCenter center;

    FleetWork(ControlCenter center) {
        this.center = center;
    }

    void one() {
        // snippet: dispatch
        TaskHandle handle = center.dispatch(
                "billing-7",
                TaskRequest.of("cache.evict")
                        .argument("region", "eu")
                        .notAfter(Instant.now().plus(Duration.ofHours(1)))
                        .build());
        handle.watch(status -> show(status)); // every report, in order
        show(handle.outcome().join()); // the last one, when it has come
        // end of snippet
    }

    void many() {
        // snippet: broadcast
        AgentSelector cacheNodes = AgentSelector.label("region", "eu").and(AgentSelector.taskType("cache.evict"));
        Broadcast broadcast =
                center.dispatch(cacheNodes, TaskRequest.of("cache.evict").build());
        show(broadcast.outcome().join().byState()); // when all have ended
        // end of snippet
    }

    void stages() {
        // snippet: roll-out
        RollOut rollOut = center.rollOut(
                AgentSelector.label("tier", "edge"),
                TaskRequest.of("config.apply")
                        .id("config-42")
                        .argument("version", "42")
                        .build(),
                RollOutPlan.canary(5) // five agents first,
                        .percent(10) // then a tenth of all,
                        .percent(50) // then half, then all
                        .soak(Duration.ofMinutes(10)) // what is broken needs time to show
                        .stageTimeout(Duration.ofHours(1))
                        .mostFailureRate(0.02, 20) // of at least 20 ends
                        .build());
        rollOut.watch(status -> show(status)); // stage, counts, and why it stopped
        // end of snippet
    }

    void schedules() {
        // snippet: push schedules
        Schedule nightly = Schedule.of(
                        "nightly-scan",
                        Trigger.cron("0 3 * * *", ZoneId.of("Europe/Berlin")),
                        TaskRequest.of("disk.scan").build())
                .jitter(Duration.ofMinutes(30)) // not all at once
                .build();
        ScheduleAnswer answer = center.pushSchedules("billing-7", "2026-11-22", List.of(nightly))
                .join(); // when the agent has said what it makes of them
        show(answer.taken());
        // end of snippet
    }

    void stores(ControlCenterBuilder builder, TaskStore tasks, AgentStore agents) {
        // snippet: stores
        builder.taskStore(tasks).agentStore(agents);
        // end of snippet
    }

    void history() {
        // snippet: history
        center.task("billing-7", "task-4711").ifPresent(known -> show(known.status()));
        center.tasks("billing-7").forEach(record -> show(record)); // the agent's own tasks too
        // end of snippet
    }

    private static void show(Object what) {
        System.out.println(what);
    }

    private static void show(TaskStatus status) {
        System.out.println(status.state() + " " + status.detail());
    }
}
