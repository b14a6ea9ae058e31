package dev.outpost.center;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A dispatched task, seen from here. Thread-safe. */
public interface TaskHandle {

    /** Who was asked. */
    String agentId();

    /** What was asked. */
    TaskRequest request();

    /**
     * The reports that have come, oldest first; the newest 64. Of a task that was dispatched before this control center
     * started, or that had ended when it was asked for, the reports before the newest one are not known any more.
     */
    List<TaskStatus> statuses();

    /** The newest of them; empty before the first. */
    Optional<TaskStatus> status();

    /**
     * Calls {@code watcher} with every report, those that have come first; on a callback thread, in order, each revision once.
     */
    void watch(Consumer<TaskStatus> watcher);

    /**
     * Completes with the final report, on a callback thread; fails with {@link CenterException} when this control center closes
     * first, or its task store fails to take the task. What a task does at the agent goes on when the control center closes; with a
     * task store that outlives it, the next one knows how the task ended.
     */
    CompletableFuture<TaskStatus> outcome();

    /**
     * Asks the agent to stop the task, now or as soon as it is connected. A task that was never sent ends here and now, as
     * {@link dev.outpost.agent.task.TaskState#CANCELLED CANCELLED}.
     */
    void cancel(String reason);
}
