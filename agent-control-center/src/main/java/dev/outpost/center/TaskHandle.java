package dev.outpost.center;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A dispatched task, seen from here. Thread-safe. */
public interface TaskHandle {

    /** Who was asked. */
    String agentId();

    /** What was asked. */
    TaskRequest request();

    /** The reports that have come, oldest first; the newest 64. */
    List<TaskStatus> statuses();

    /**
     * Calls {@code watcher} with every report, those that have come first; on a worker, in order, each revision once.
     */
    void watch(Consumer<TaskStatus> watcher);

    /**
     * Completes with the final report, on a worker; fails with {@link CenterException} when this control center closes
     * first. What the task does at the agent goes on then.
     */
    CompletableFuture<TaskStatus> outcome();

    /** Asks the agent to stop the task, now or as soon as it is connected. */
    void cancel(String reason);
}
