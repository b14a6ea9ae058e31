package dev.outpost.center.internal;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.Broadcast;
import dev.outpost.center.TaskCounts;
import dev.outpost.center.TaskHandle;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Handles of one request to many agents. */
final class BroadcastRun implements Broadcast {

    private final TaskRequest request;
    private final Map<String, TaskHandle> tasks;
    private final CompletableFuture<TaskCounts> outcome;

    /** Dispatches to all. */
    BroadcastRun(TaskRequest request, List<AgentInfo> agents, Function<String, ? extends TaskHandle> dispatch) {
        this.request = request;
        Map<String, TaskHandle> given = new LinkedHashMap<>();
        agents.forEach(agent -> given.put(agent.id(), dispatch.apply(agent.id())));
        this.tasks = Collections.unmodifiableMap(given);
        this.outcome = CompletableFuture.allOf(
                        given.values().stream().map(TaskHandle::outcome).toArray(CompletableFuture[]::new))
                .thenApply(ended -> counts());
    }

    @Override
    public TaskRequest request() {
        return request;
    }

    @Override
    public Map<String, TaskHandle> tasks() {
        return tasks;
    }

    @Override
    public TaskCounts counts() {
        return TaskCounts.of(tasks.values());
    }

    @Override
    public void watch(BiConsumer<TaskHandle, TaskStatus> watcher) {
        tasks.values().forEach(task -> task.watch(status -> watcher.accept(task, status)));
    }

    @Override
    public CompletableFuture<TaskCounts> outcome() {
        return outcome;
    }

    @Override
    public void cancel(String reason) {
        tasks.values().forEach(task -> task.cancel(reason));
    }
}
