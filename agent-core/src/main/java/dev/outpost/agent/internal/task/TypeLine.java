package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskOptions;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One task type: its handler, its options, and its tasks that are ready to run, by priority and then in the order in which they
 * came. Control loop only.
 */
final class TypeLine {

    private static final Comparator<Task> URGENCY =
            Comparator.comparingInt((Task task) -> -task.request.priority()).thenComparingLong(task -> task.order);

    final String type;
    final TaskHandler handler;
    final TaskOptions options;
    final ExecutorQueue queue;
    final @Nullable TypeBreaker breaker;
    private final TreeSet<Task> ready = new TreeSet<>(URGENCY);

    /** Attempts that run or are about to. */
    int running;

    TypeLine(String type, TaskHandler handler, TaskOptions options, ExecutorQueue queue) {
        this.type = type;
        this.handler = handler;
        this.options = options;
        this.queue = queue;
        this.breaker = options.breaker() == null ? null : new TypeBreaker(options.breaker());
    }

    void add(Task task) {
        ready.add(task);
    }

    void remove(Task task) {
        ready.remove(task);
    }

    /** The most urgent task that may begin, or null. It stays where it is. */
    @Nullable Task next() {
        if (ready.isEmpty() || running >= options.limit() || (breaker != null && !breaker.permits())) {
            return null;
        }
        return ready.first();
    }

    /** Which of two tasks, of whatever types, goes first. */
    static boolean isBefore(Task one, Task other) {
        return URGENCY.compare(one, other) < 0;
    }
}
