package dev.outpost.examples;

import dev.outpost.agent.Agent;
import dev.outpost.agent.schedule.MisfirePolicy;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskContext;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.time.ZoneId;

/** The code of docs/schedules.md. */
final class ScheduledAgent {

    private ScheduledAgent() {}

    static Agent nightly(Transport transport) {
        // snippet: nightly backup
        Agent agent = Agent.builder()
                .id("backup-7")
                .transport(transport)
                .task("backup", new BackupTask())
                .schedule(Schedule.of(
                                "nightly-backup",
                                Trigger.cron("30 2 * * *", ZoneId.of("Europe/Berlin")),
                                TaskRequest.of("backup").build())
                        .jitter(Duration.ofMinutes(20))
                        .misfire(MisfirePolicy.fireOnce())
                        .overlap(OverlapPolicy.SKIP)
                        .build())
                .build();
        // end of snippet
        return agent;
    }

    /** In real life it would copy something. */
    private static final class BackupTask implements TaskHandler {
        @Override
        public TaskResult handle(TaskRequest task, TaskContext context) {
            return TaskResult.succeeded();
        }
    }
}
