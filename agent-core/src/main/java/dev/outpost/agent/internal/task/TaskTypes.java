package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskOptions;
import dev.outpost.agent.task.TaskResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The task types that there are handlers for, and where each runs; one queue per executor. */
public final class TaskTypes {

    private final Map<String, TypeLine> lines = new LinkedHashMap<>();
    private final Map<TaskExecutor, ExecutorQueue> queues = new LinkedHashMap<>();

    /**
     * A task type as the builder was told of it.
     *
     * @param handler does it
     * @param options how
     */
    public record Definition(TaskHandler handler, TaskOptions options) {}

    /** Those types; the ones without an executor of their own run on {@code usual}. */
    public TaskTypes(Map<String, Definition> definitions, TaskExecutor usual) {
        queues.put(usual, new ExecutorQueue(usual));
        definitions.forEach((type, definition) -> {
            TaskExecutor own = definition.options().executor();
            ExecutorQueue queue = queues.computeIfAbsent(own == null ? usual : own, ExecutorQueue::new);
            TypeLine line = new TypeLine(type, definition.handler(), definition.options(), queue);
            queue.add(line);
            lines.put(type, line);
        });
    }

    @Nullable TypeLine line(String type) {
        return lines.get(type);
    }

    /** A type that tasks are remembered of, and that has no handler any more. */
    TypeLine orphan(String type) {
        return new TypeLine(
                type,
                (task, context) -> TaskResult.failedForGood("no handler"),
                TaskOptions.defaults(),
                queues.values().iterator().next());
    }

    Collection<TypeLine> lines() {
        return lines.values();
    }

    List<TaskExecutor> executors() {
        return new ArrayList<>(queues.keySet());
    }
}
