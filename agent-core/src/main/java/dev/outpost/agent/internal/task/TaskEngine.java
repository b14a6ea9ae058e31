package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskHandler;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All tasks of the agent, wherever they come from: accepts, queues, runs, times, retries, reports. Control loop only.
 *
 * <p>A task id that is known is never run again: it is answered with its present state. {@link EndedTasks} remembers those
 * that have ended, {@link Attempts} holds those that run.
 */
public final class TaskEngine {

    private static final Duration BUSY_RETRY = Duration.ofSeconds(5);
    private static final Duration REFUSED_RETRY = Duration.ofMillis(100);
    private static final int SLOTS_UNKNOWN = Integer.MIN_VALUE;

    private final TaskSettings settings;
    private final Attempts attempts;
    private final ExecutorRoutes routes;
    private final ReportBook reports;
    private final TaskListener listener;
    private final Guard guard;
    private final Timers timers;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Counters counters;

    private final Map<String, Task> live = new HashMap<>();
    private final EndedTasks ended = new EndedTasks();
    private final AtomicInteger queued = new AtomicInteger();
    private long nextOrder;
    private boolean closing;
    private @Nullable Runnable idleWatcher;

    /** An engine without tasks. */
    public TaskEngine(
            TaskSettings settings,
            Map<String, TaskHandler> handlers,
            ExecutorRoutes routes,
            ReportBook reports,
            TaskListener listener,
            LogPublisher logs,
            Guard guard,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            Counters counters) {
        this.settings = settings;
        this.routes = routes;
        this.reports = reports;
        this.listener = listener;
        this.guard = guard;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
        this.attempts =
                new Attempts(settings, handlers, logs, guard, timers, inbox, clock, counters, new AttemptEvents());
    }

    // ---- in -------------------------------------------------------------------------------------------------------

    /** Takes a task, or refuses it; either way a report says so. A known id is reported as it stands. */
    public void submit(TaskRequest request, TaskOrigin origin) {
        submit(request, origin, null);
    }

    /** Like {@link #submit(TaskRequest, TaskOrigin)}; {@code watcher} is told every report of the task. */
    public void submit(TaskRequest request, TaskOrigin origin, @Nullable Consumer<TaskStatus> watcher) {
        Task known = live.get(request.id());
        if (known != null) {
            counters.counter("tasks.duplicates").increment();
            if (watcher != null) {
                known.watch(watcher);
            }
            report(known, "", Map.of(), null);
            return;
        }
        TaskStatus before = ended.find(request.id());
        if (before != null) {
            counters.counter("tasks.duplicates").increment();
            reports.add(before);
            if (watcher != null) {
                watcher.accept(before);
            }
            return;
        }
        String refusal = reasonToRefuse(request);
        if (refusal != null) {
            refuse(request, origin, refusal, watcher);
            return;
        }
        accept(request, origin, watcher);
    }

    private @Nullable String reasonToRefuse(TaskRequest request) {
        if (closing) {
            return "the agent is closing";
        }
        if (!attempts.hasHandler(request.type())) {
            return "no handler for task type '" + request.type() + "'";
        }
        return queued.get() >= settings.queueCapacity() ? "busy: " + queued + " tasks wait already" : null;
    }

    private void refuse(TaskRequest request, TaskOrigin origin, String reason, @Nullable Consumer<TaskStatus> watcher) {
        boolean busy = reason.startsWith("busy");
        TaskStatus status = new TaskStatus(
                request.id(),
                request.type(),
                ended.nextRefusal(request.id()),
                TaskState.REFUSED,
                0,
                clock.epochNanos(),
                reason,
                Map.of(),
                0,
                busy ? BUSY_RETRY : null,
                origin);
        counters.counter("tasks.ended", TaskState.REFUSED.name()).increment();
        reports.add(status);
        listener.onStatus(status);
        if (watcher != null) {
            watcher.accept(status);
        }
    }

    private void accept(TaskRequest request, TaskOrigin origin, @Nullable Consumer<TaskStatus> watcher) {
        ExecutorQueue queue = routes.queueFor(request.type());
        Task task = new Task(request, origin, queue, nextOrder++);
        task.revision = ended.revisionOfRefusal(request.id());
        if (watcher != null) {
            task.watch(watcher);
        }
        live.put(request.id(), task);
        counters.counter("tasks.accepted").increment();
        report(task, "", Map.of(), null);
        if (request.deadline() != null) {
            task.deadlineTimer = after(request.deadline(), () -> onDeadline(task));
        }
        enqueue(task);
        runNext(queue);
        if (task.state == TaskState.QUEUED) {
            report(task, "", Map.of(), null);
        }
    }

    /**
     * Asks a task to stop.
     *
     * @return what is wrong with that, or empty
     */
    public Optional<String> cancel(String taskId, String reason) {
        Task task = live.get(taskId);
        if (task == null) {
            return ended.find(taskId) != null ? Optional.empty() : Optional.of("task '" + taskId + "' is not known");
        }
        switch (task.state) {
            case QUEUED, RETRY_WAIT, ACCEPTED -> end(task, TaskState.CANCELLED, reason, Map.of());
            case RUNNING -> {
                attempts.stop(task, Task.Stop.CANCEL, reason);
                transition(task, TaskState.CANCELLING, reason, Map.of(), null);
            }
            default -> counters.counter("tasks.cancel.late").increment();
        }
        return Optional.empty();
    }

    /** A task that its schedule leaves out: reported, never run. */
    public void skip(TaskRequest request, String reason) {
        Task task = new Task(request, TaskOrigin.SCHEDULE, routes.queueFor(request.type()), nextOrder++);
        live.put(request.id(), task);
        end(task, TaskState.SKIPPED, reason, Map.of());
    }

    /** Whether a task has begun and not ended. */
    public boolean isLive(String taskId) {
        return live.containsKey(taskId);
    }

    // ---- running --------------------------------------------------------------------------------------------------

    private void enqueue(Task task) {
        move(task, TaskState.QUEUED);
        task.queue.add(task);
        queued.incrementAndGet();
    }

    private void runNext(ExecutorQueue queue) {
        for (Task task = queue.next(); task != null; task = queue.next()) {
            int free = guard.call("task executor", () -> queue.executor().freeSlots(), SLOTS_UNKNOWN);
            if (free == SLOTS_UNKNOWN || (free <= 0 && queue.running == 0)) {
                askAgain(queue); // none of our attempts will free a slot here
            }
            if (free <= 0 || !tryRun(task)) {
                return; // the executor tells when a slot is free, or is asked again
            }
        }
    }

    private boolean tryRun(Task task) {
        if (!attempts.tryStart(task)) {
            askAgain(task.queue);
            return false;
        }
        task.queue.remove(task);
        queued.decrementAndGet();
        transition(task, TaskState.RUNNING, "", Map.of(), null);
        return true;
    }

    /** One timer per queue, however many tasks are refused meanwhile. */
    private void askAgain(ExecutorQueue queue) {
        if (!queue.asksAgain) {
            queue.asksAgain = true;
            after(REFUSED_RETRY, () -> {
                queue.asksAgain = false;
                runNext(queue);
            });
        }
    }

    private void conclude(Task task, TaskResult result) {
        RetryPolicy policy = task.request.retry() == null ? settings.retry() : task.request.retry();
        Verdict verdict = Verdict.of(task, result, policy, !closing, random);
        if (verdict.delay() == null) {
            end(task, verdict.next(), verdict.detail(), verdict.output());
            return;
        }
        counters.counter("tasks.retries").increment();
        transition(task, verdict.next(), verdict.detail(), Map.of(), verdict.delay());
        task.retryTimer = after(verdict.delay(), () -> {
            enqueue(task);
            runNext(task.queue);
        });
    }

    private void onDeadline(Task task) {
        String reason = "not done within its deadline of " + task.request.deadline();
        switch (task.state) {
            case ACCEPTED, QUEUED ->
                end(task, task.attempts == 0 ? TaskState.EXPIRED : TaskState.TIMED_OUT, reason, Map.of());
            case RETRY_WAIT -> end(task, TaskState.TIMED_OUT, reason, Map.of());
            case RUNNING -> attempts.stop(task, Task.Stop.DEADLINE, reason);
            default -> {
                // CANCELLING: its grace period is running already
            }
        }
    }

    /** What happens to attempts, and what it means for their tasks. */
    private final class AttemptEvents implements Attempts.Owner {

        @Override
        public void ended(Task task, TaskResult result) {
            conclude(task, result);
        }

        /** No retry: the attempt may still be at work, and a second one beside it could do the work twice. */
        @Override
        public void givenUp(Task task, String reason) {
            end(task, task.stop == Task.Stop.CANCEL ? TaskState.CANCELLED : TaskState.TIMED_OUT, reason, Map.of());
        }

        @Override
        public void progressed(Task task, String message) {
            report(task, message, Map.of(), null);
        }

        @Override
        public void slotFreed(ExecutorQueue queue) {
            runNext(queue);
        }
    }

    // ---- states ---------------------------------------------------------------------------------------------------

    /** The one way from state to state. */
    private void move(Task task, TaskState next) {
        if (!task.state.permits(next)) {
            throw new IllegalStateException(
                    "task " + task.request.id() + " cannot go from " + task.state + " to " + next);
        }
        task.state = next;
    }

    private void transition(
            Task task, TaskState next, String detail, Map<String, String> output, @Nullable Duration retryAfter) {
        move(task, next);
        report(task, detail, output, retryAfter);
    }

    private void end(Task task, TaskState last, String detail, Map<String, String> output) {
        if (task.state == TaskState.QUEUED) {
            task.queue.remove(task);
            queued.decrementAndGet();
        }
        timers.cancel(task.deadlineTimer);
        timers.cancel(task.retryTimer);
        move(task, last);
        live.remove(task.request.id());
        counters.counter("tasks.ended", last.name()).increment();
        TaskStatus status = report(task, detail, ResultLimit.cut(output), null);
        ended.add(status);
        if (live.isEmpty() && idleWatcher != null) {
            idleWatcher.run();
        }
    }

    private TaskStatus report(Task task, String detail, Map<String, String> output, @Nullable Duration retryAfter) {
        TaskStatus status = task.report(clock.epochNanos(), ResultLimit.cut(detail), output, retryAfter);
        reports.add(status);
        listener.onStatus(status);
        task.watchers().forEach(watcher -> watcher.accept(status));
        return status;
    }

    // ---- end ------------------------------------------------------------------------------------------------------

    /** Takes no further tasks; {@code idle} runs once none is left. What waits is cancelled at once. */
    public void drain(Runnable idle) {
        closing = true;
        for (Task task : List.copyOf(live.values())) {
            if (task.attempt == null) {
                end(task, TaskState.CANCELLED, "the agent is closing", Map.of());
            }
        }
        if (live.isEmpty()) {
            idle.run();
        } else {
            idleWatcher = idle;
        }
    }

    /** Asks all running tasks to stop. */
    public void stopAll(String reason) {
        for (Task task : new ArrayList<>(live.values())) {
            cancel(task.request.id(), reason);
        }
    }

    /** Lets go of the executors. A task that has not ended by now gets no other end: whoever waits for it is told. */
    public void close() {
        closing = true;
        for (Task task : List.copyOf(live.values())) {
            if (task.attempt != null) {
                attempts.forget(task);
                end(task, TaskState.INDETERMINATE, "the agent closed while it was running", Map.of());
            } else {
                end(task, TaskState.CANCELLED, "the agent is closing", Map.of());
            }
        }
        routes.executors().forEach(executor -> guard.run("task executor", executor::close));
    }

    /** Tasks that wait for a slot; any thread. */
    public int queuedCount() {
        return queued.get();
    }

    /** Tasks with a running attempt; any thread. */
    public int runningCount() {
        return attempts.running();
    }

    private Timers.Timer after(Duration delay, Runnable command) {
        return timers.schedule(clock.nanoTime(), delay, command);
    }
}
