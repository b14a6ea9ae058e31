package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskExecutor;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The tasks that wait for one executor: by priority, then in the order in which they came. Control loop only. */
final class ExecutorQueue {

    private static final Comparator<Task> URGENCY =
            Comparator.comparingInt((Task task) -> -task.request.priority()).thenComparingLong(task -> task.order);

    private final TaskExecutor executor;
    private final PriorityQueue<Task> waiting = new PriorityQueue<>(URGENCY);

    /** Whether a timer runs after a refusal. */
    boolean asksAgain;

    /** Attempts of ours that the executor runs now. */
    int running;

    ExecutorQueue(TaskExecutor executor) {
        this.executor = executor;
    }

    TaskExecutor executor() {
        return executor;
    }

    void add(Task task) {
        waiting.add(task);
    }

    void remove(Task task) {
        waiting.remove(task);
    }

    /** The most urgent task, or null. It stays where it is. */
    @Nullable Task next() {
        return waiting.peek();
    }

    int size() {
        return waiting.size();
    }
}
