package dev.outpost.center.internal;

import dev.outpost.center.CenterException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tasks of one agent that have not ended, in the order in which they came, each once. Thread-safe. */
final class OpenTasks {

    private static final int MOST = 10_000;

    private final String agentId;
    private final Map<String, DispatchedTask> tasks = new LinkedHashMap<>(); // guarded by itself

    OpenTasks(String agentId) {
        this.agentId = agentId;
    }

    @Nullable DispatchedTask get(String taskId) {
        synchronized (tasks) {
            return tasks.get(taskId);
        }
    }

    /**
     * Adds one, unless one of its name is there.
     *
     * @return the one that is there and stays, or null
     * @throws CenterException if there are too many
     */
    @Nullable DispatchedTask addNew(DispatchedTask task) {
        String taskId = task.request().id();
        synchronized (tasks) {
            DispatchedTask known = tasks.get(taskId);
            if (known == null) {
                if (tasks.size() >= MOST) {
                    throw new CenterException(
                            "agent '" + agentId + "' has " + tasks.size() + " tasks that have not ended");
                }
                tasks.put(taskId, task);
            }
            return known;
        }
    }

    /**
     * Adds one that the store has, however many there are, unless one of its name is there.
     *
     * @return the one that is there and stays, or null
     */
    @Nullable DispatchedTask addStored(DispatchedTask task) {
        synchronized (tasks) {
            return tasks.putIfAbsent(task.request().id(), task);
        }
    }

    /** Adds one under the name that the store has it by, in place of any other. */
    void put(String taskId, DispatchedTask task) {
        synchronized (tasks) {
            tasks.put(taskId, task);
        }
    }

    /** Removes that one; without effect on another of its name. */
    void remove(DispatchedTask task) {
        synchronized (tasks) {
            tasks.remove(task.request().id(), task);
        }
    }

    List<DispatchedTask> all() {
        synchronized (tasks) {
            return List.copyOf(tasks.values());
        }
    }
}
