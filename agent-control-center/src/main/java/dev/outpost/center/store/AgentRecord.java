package dev.outpost.center.store;

import dev.outpost.agent.protocol.ScheduleSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a control center remembers of an agent.
 *
 * @param id its identity
 * @param instanceId its present or last run
 * @param version of its SDK
 * @param labels what it is known by
 * @param taskTypes what it has handlers for
 * @param address where it connects, or last connected, from
 * @param since when it was connected or lost
 * @param schedules those that it is to follow, or null when none were pushed
 */
public record AgentRecord(
        String id,
        String instanceId,
        String version,
        Map<String, String> labels,
        List<String> taskTypes,
        String address,
        Instant since,
        @Nullable ScheduleSet schedules) {

    /** Copies the collections and checks for null. */
    public AgentRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(instanceId, "instanceId");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(since, "since");
        labels = Map.copyOf(labels);
        taskTypes = List.copyOf(taskTypes);
    }

    /** The same, connected or lost at that time. */
    public AgentRecord asOf(Instant when) {
        return new AgentRecord(id, instanceId, version, labels, taskTypes, address, when, schedules);
    }

    /** The same, with schedules to follow. */
    public AgentRecord with(ScheduleSet desired) {
        return new AgentRecord(id, instanceId, version, labels, taskTypes, address, since, desired);
    }
}
