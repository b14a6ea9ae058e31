package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which executor runs which task type; one queue per executor. */
public final class ExecutorRoutes {

    private final ExecutorQueue usual;
    private final Map<String, ExecutorQueue> byType = new HashMap<>();
    private final List<TaskExecutor> executors;

    /** Routes for {@code byType}; all other types go to {@code usual}. */
    public ExecutorRoutes(TaskExecutor usual, Map<String, TaskExecutor> byType) {
        this.usual = new ExecutorQueue(usual);
        Map<TaskExecutor, ExecutorQueue> queues = new LinkedHashMap<>();
        queues.put(usual, this.usual);
        byType.forEach((type, executor) -> this.byType.put(type, queues.computeIfAbsent(executor, ExecutorQueue::new)));
        this.executors = new ArrayList<>(queues.keySet());
    }

    ExecutorQueue queueFor(String type) {
        return byType.getOrDefault(type, usual);
    }

    List<TaskExecutor> executors() {
        return executors;
    }
}
