package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskRequest;
import org.jspecify.annotations.Nullable;

/** The task that a firing makes. */
final class Firing {

    private Firing() {}

    /**
     * The request.
     *
     * @param moment when it was due, or what else tells it from the other firings of the schedule
     * @param overlap what to do while the task of an earlier firing has not ended
     * @param event what led to it, or null
     */
    static TaskRequest request(Schedule schedule, String moment, OverlapPolicy overlap, @Nullable Event event) {
        TaskRequest template = schedule.template();
        String key = template.concurrencyKey() == null ? "schedule/" + schedule.name() : template.concurrencyKey();
        TaskRequest.Builder request = template.toBuilder()
                .id("schedule/" + schedule.name() + "/" + moment)
                .concurrency(key, overlap);
        return (event == null ? request : request.arguments(event.arguments())).build();
    }
}
