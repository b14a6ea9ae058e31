package dev.outpost.center.internal;

import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import dev.outpost.center.CenterException;
import dev.outpost.center.TaskHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task given to an agent. Reports come from the agent's connection; watchers run on the agent's callbacks, in order. */
final class DispatchedTask implements TaskHandle {

    private static final int MOST_STATUSES = 64;

    private final AgentEntry agent;
    private final String agentId;
    private final TaskRequest request;
    private final Deque<TaskStatus> statuses = new ArrayDeque<>();
    private final List<Consumer<TaskStatus>> watchers = new ArrayList<>();
    private final CompletableFuture<TaskStatus> outcome = new CompletableFuture<>();
    private @Nullable String cancelReason;

    DispatchedTask(AgentEntry agent, String agentId, TaskRequest request) {
        this.agent = agent;
        this.agentId = agentId;
        this.request = request;
    }

    @Override
    public String agentId() {
        return agentId;
    }

    @Override
    public TaskRequest request() {
        return request;
    }

    @Override
    public List<TaskStatus> statuses() {
        synchronized (statuses) {
            return List.copyOf(statuses);
        }
    }

    @Override
    public void watch(Consumer<TaskStatus> watcher) {
        synchronized (statuses) {
            watchers.add(watcher);
            List<TaskStatus> soFar = List.copyOf(statuses);
            soFar.forEach(status -> agent.callbacks().execute(() -> watcher.accept(status)));
        }
    }

    @Override
    public CompletableFuture<TaskStatus> outcome() {
        return outcome;
    }

    @Override
    public void cancel(String reason) {
        synchronized (statuses) {
            cancelReason = reason;
        }
        agent.cancel(this, reason);
    }

    /** Sends the task, and that it is to be cancelled if so; on a new connection again, for the agent knows its tasks. */
    void sendTo(Outbound outbound) {
        outbound.send(new TaskDispatch(request), 0);
        String reason;
        synchronized (statuses) {
            reason = cancelReason;
        }
        if (reason != null) {
            outbound.send(new TaskCancel(request.id(), reason), 0);
        }
    }

    /** News of the task. */
    void reported(TaskStatus status) {
        synchronized (statuses) {
            statuses.add(status);
            if (statuses.size() > MOST_STATUSES) {
                statuses.remove();
            }
            watchers.forEach(watcher -> agent.callbacks().execute(() -> watcher.accept(status)));
            if (status.state().isFinal()) {
                agent.callbacks().execute(() -> outcome.complete(status));
            }
        }
    }

    void centerClosed() {
        outcome.completeExceptionally(
                new CenterException("the control center has closed; the task goes on at the agent"));
    }
}
