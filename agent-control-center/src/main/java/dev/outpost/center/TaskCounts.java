package dev.outpost.center;

import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where many tasks stand.
 *
 * @param tasks how many there are
 * @param byState how many of them stand in which state; those of which nothing has been reported are in none
 */
public record TaskCounts(int tasks, Map<TaskState, Integer> byState) {

    /** Copies the map, in the order of the states. */
    public TaskCounts {
        EnumMap<TaskState, Integer> copy = new EnumMap<>(TaskState.class);
        copy.putAll(byState);
        byState = Collections.unmodifiableMap(copy);
    }

    /** Counts handles by their newest report. */
    public static TaskCounts of(Collection<? extends TaskHandle> handles) {
        Map<TaskState, Integer> byState = new EnumMap<>(TaskState.class);
        for (TaskHandle handle : handles) {
            Optional<TaskStatus> status = handle.status();
            status.ifPresent(known -> byState.merge(known.state(), 1, Integer::sum));
        }
        return new TaskCounts(handles.size(), byState);
    }

    /** How many stand in the state. */
    public int in(TaskState state) {
        return byState.getOrDefault(state, 0);
    }

    /** How many have ended. */
    public int ended() {
        return byState.entrySet().stream()
                .filter(entry -> entry.getKey().isFinal())
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** How many have been reported on in no way. */
    public int unreported() {
        return tasks - byState.values().stream().mapToInt(Integer::intValue).sum();
    }
}
