package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One task in the table: its state and what belongs to it now. Control loop only. */
final class Task {

    final TaskRequest request;
    final TaskOrigin origin;
    final TypeLine line;
    final long order;
    final long acceptedEpochNanos;
    private final List<Consumer<TaskStatus>> watchers = new ArrayList<>(1);

    /** How the task came to be asked to stop. */
    enum Stop {
        NONE,
        TIMEOUT,
        DEADLINE,
        CANCEL
    }

    TaskState state = TaskState.ACCEPTED;
    long revision;
    int attempts;
    Stop stop = Stop.NONE;
    String stopReason = "";

    /** Its next attempt is reserved a slot, and begins when the journal says so. */
    boolean starting;

    /** Its attempt is the one by which the breaker of its type closes or opens again. */
    boolean probe;

    /** The agent closes: it stays in the journal, and nothing of it happens any more. */
    boolean letGo;

    /** It was accepted in an earlier life of the agent. */
    boolean restored;

    /** Its time had come in an earlier life of the agent, and does not go back. */
    boolean due;

    /** An earlier task with its concurrency key has not ended. */
    boolean blocked;

    @Nullable AttemptRun attempt;

    TaskExecutor.@Nullable Run run;
    Timers.@Nullable Timer attemptTimer;
    Timers.@Nullable Timer leaseTimer;
    Timers.@Nullable Timer progressTimer;
    double progress;

    /** What is to happen to it later; all are taken back when it ends. */
    final TaskTimers timers;

    Task(
            TaskRequest request,
            TaskOrigin origin,
            TypeLine line,
            long order,
            long acceptedEpochNanos,
            TaskTimers timers) {
        this.request = request;
        this.origin = origin;
        this.line = line;
        this.order = order;
        this.acceptedEpochNanos = acceptedEpochNanos;
        this.timers = timers;
    }

    String id() {
        return request.id();
    }

    void watch(Consumer<TaskStatus> watcher) {
        watchers.add(watcher);
    }

    List<Consumer<TaskStatus>> watchers() {
        return watchers;
    }

    /** The one way from state to state. */
    void move(TaskState next) {
        if (!state.permits(next)) {
            throw new IllegalStateException("task " + id() + " cannot go from " + state + " to " + next);
        }
        state = next;
    }

    /** The present state as a report, with the next revision. */
    TaskStatus report(long epochNanos, String detail, Map<String, String> output, @Nullable Duration retryAfter) {
        revision++;
        return status(state, attempts, revision, epochNanos, detail, output, retryAfter);
    }

    /** What the report will be when the next attempt begins: the journal has it before. */
    TaskStatus startReport(long epochNanos) {
        return status(TaskState.RUNNING, attempts + 1, revision + 1, epochNanos, "", Map.of(), null);
    }

    private TaskStatus status(
            TaskState reported,
            int attempt,
            long number,
            long epochNanos,
            String detail,
            Map<String, String> output,
            @Nullable Duration retryAfter) {
        return new TaskStatus(
                request.id(),
                request.type(),
                number,
                reported,
                attempt,
                epochNanos,
                detail,
                output,
                progress,
                retryAfter,
                origin);
    }
}
