package dev.outpost.center;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** One request to many agents: a task for each of them. Thread-safe. */
public interface Broadcast {

    /** What was asked. Its id is the {@link TaskRequest#parent} of all the tasks. */
    TaskRequest request();

    /**
     * The tasks by agent id; unmodifiable. The task of an agent that could not be given one, because too many of its tasks
     * have not ended, ended at once as {@link dev.outpost.agent.task.TaskState#REFUSED REFUSED}.
     */
    Map<String, TaskHandle> tasks();

    /** Where they stand now. */
    TaskCounts counts();

    /** Calls {@code watcher} with every report of every task, as {@link TaskHandle#watch} does: in order per agent. */
    void watch(BiConsumer<TaskHandle, TaskStatus> watcher);

    /**
     * Completes when all tasks have ended, on a callback thread; fails with {@link CenterException} when one of them cannot be told to
     * its end: this control center closes first, or its task store fails.
     */
    CompletableFuture<TaskCounts> outcome();

    /** Asks all agents to stop their tasks: {@link TaskHandle#cancel}. */
    void cancel(String reason);
}
