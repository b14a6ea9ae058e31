package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskExecutor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One executor and the task types that run on it. Control loop only. */
final class ExecutorQueue {

    private final TaskExecutor executor;
    private final List<TypeLine> lines = new ArrayList<>();

    /** Whether a timer runs after a refusal. */
    boolean asksAgain;

    /** Attempts of ours that the executor runs now. */
    int running;

    /** Attempts that will be handed to the executor as soon as the journal has them. */
    int starting;

    ExecutorQueue(TaskExecutor executor) {
        this.executor = executor;
    }

    TaskExecutor executor() {
        return executor;
    }

    void add(TypeLine line) {
        lines.add(line);
    }

    /** The most urgent task of a type that may begin one, or null. It stays where it is. */
    @Nullable Task next() {
        Task first = null;
        for (TypeLine line : lines) {
            Task next = line.next();
            if (next != null && (first == null || TypeLine.isBefore(next, first))) {
                first = next;
            }
        }
        return first;
    }
}
