package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The way of a task from its acceptance to its end: every transition but the first is made here. Control loop only.
 *
 * <pre>
 *   await ─▶ SCHEDULED ─▶ takeTurn ─▶ QUEUED ─▶ Lineup ─▶ Attempts ─▶ begun (RUNNING)
 *                           │  ▲ release          ▲                      │
 *                           ▼  │                  └── RETRY_WAIT ◀── conclude ─▶ end
 *                         Overlaps
 * </pre>
 */
final class TaskFlow implements Attempts.Owner {

    /** In 2254. */
    private static final long LATEST_SECOND = TimeUnit.NANOSECONDS.toSeconds(Long.MAX_VALUE) - 250_000_000;

    private final TaskSettings settings;
    private final TaskTable table;
    private final TaskReporter reporter;
    private final Attempts attempts;
    private final Lineup lineup;
    private final Overlaps overlaps = new Overlaps();
    private final Connectedness connectedness;
    private final AgentClock clock;
    private final LongSupplier centerAheadNanos;
    private final RandomGenerator random;
    private final Counters counters;
    private final Runnable idle;
    private boolean closing;

    /**
     * The way for tasks of that table.
     *
     * @param centerAheadNanos how far the control center's clock is ahead of ours, by what is known now
     * @param idle is run whenever the last live task has ended
     */
    TaskFlow(
            TaskSettings settings,
            TaskTable table,
            Journal journal,
            TaskMemory memory,
            TaskReporter reporter,
            LogPublisher logs,
            Guard guard,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            LongSupplier centerAheadNanos,
            RandomGenerator random,
            Counters counters,
            Runnable idle) {
        this.settings = settings;
        this.table = table;
        this.reporter = reporter;
        this.clock = clock;
        this.centerAheadNanos = centerAheadNanos;
        this.random = random;
        this.counters = counters;
        this.idle = idle;
        connectedness = new Connectedness(clock, this::cancelDisconnected);
        attempts = new Attempts(settings, logs, guard, timers, inbox, clock, counters, this);
        lineup = new Lineup(attempts, journal, memory, connectedness, guard, timers, clock, this::begun);
    }

    Attempts attempts() {
        return attempts;
    }

    Lineup lineup() {
        return lineup;
    }

    /** No further attempts: the agent closes. */
    void closing() {
        closing = true;
        lineup.closing();
    }

    // ---- waiting --------------------------------------------------------------------------------------------------

    /** Arms what is to happen to the task by the time, and lets it come to its turn. */
    void await(Task task) {
        await(task, Duration.ZERO);
    }

    /** The same; a task in RETRY_WAIT is to wait for so long before its next attempt. */
    void await(Task task, Duration retryLeft) {
        TaskRequest request = task.request;
        connectedness.watch(task);
        if (request.deadline() != null) {
            task.timers.afterSince(
                    TaskTimers.Kind.DEADLINE, task.acceptedEpochNanos, request.deadline(), () -> onDeadline(task));
        }
        if (request.notAfter() != null && task.attempts == 0) {
            task.timers.at(TaskTimers.Kind.EXPIRY, local(request.notAfter(), task.origin), () -> onExpiry(task));
        }
        if (task.state == TaskState.RETRY_WAIT) {
            takeTurn(task, retryLeft);
        } else if (!task.state.isFinal()) {
            awaitBegin(task);
        }
    }

    private void awaitBegin(Task task) {
        Instant begin = task.request.notBefore();
        if (begin == null || task.due || local(begin, task.origin) <= clock.epochNanos()) {
            takeTurn(task);
            return;
        }
        task.move(TaskState.SCHEDULED);
        reporter.passing(task, "begins at " + begin);
        task.timers.at(TaskTimers.Kind.BEGIN, local(begin, task.origin), () -> takeTurn(task));
    }

    /** Of what a control center says by its own clock, when that is by ours. */
    private long local(Instant instant, TaskOrigin origin) {
        long seconds = Math.min(instant.getEpochSecond(), LATEST_SECOND); // further ones do not fit into nanoseconds
        long nanos = TimeUnit.SECONDS.toNanos(seconds) + instant.getNano();
        return origin == TaskOrigin.DISPATCH ? nanos - centerAheadNanos.getAsLong() : nanos;
    }

    /** Nothing holds the task back any more but others with its concurrency key. */
    private void takeTurn(Task task) {
        takeTurn(task, Duration.ZERO);
    }

    private void takeTurn(Task task, Duration wait) {
        switch (overlaps.enter(task)) {
            case RUN -> {
                if (wait.isZero()) {
                    lineUp(task);
                } else {
                    task.timers.after(TaskTimers.Kind.RETRY, wait, () -> lineUp(task));
                }
            }
            case SKIP -> {
                String other = overlaps.others(task).get(0).id();
                end(task, TaskState.SKIPPED, "task '" + other + "' with its concurrency key has not ended", Map.of());
            }
            case WAIT -> {
                task.blocked = true;
                task.move(TaskState.QUEUED);
                tellQueued(task, "waits for others with its concurrency key");
                if (task.request.overlap() == OverlapPolicy.CANCEL_PREVIOUS) {
                    List<Task> others = overlaps.others(task);
                    // The newest first: an end releases the next one, which must not begin just to be cancelled.
                    for (int i = others.size() - 1; i >= 0; i--) {
                        stop(others.get(i), "task '" + task.id() + "' takes its place");
                    }
                }
            }
        }
    }

    private void lineUp(Task task) {
        task.move(TaskState.QUEUED);
        lineup.add(task);
        if (task.state == TaskState.QUEUED && !task.starting) {
            tellQueued(task, "");
        }
    }

    /** That a time has come is remembered, for the clock may be set back while the agent is down. */
    private void tellQueued(Task task, String detail) {
        if (task.request.notBefore() != null) {
            reporter.remembered(task, detail, null);
        } else {
            reporter.passing(task, detail);
        }
    }

    private void release(Task task) {
        task.blocked = false;
        lineup.add(task);
    }

    /** An attempt of the task runs. */
    private void begun(Task task) {
        task.timers.cancel(TaskTimers.Kind.EXPIRY);
        task.move(TaskState.RUNNING);
        reporter.passing(task, ""); // the journal had it before
        table.count();
    }

    private void onExpiry(Task task) {
        if (task.state != TaskState.RUNNING && task.state != TaskState.CANCELLING) {
            end(task, TaskState.EXPIRED, "not begun by " + task.request.notAfter(), Map.of());
        }
    }

    private void onDeadline(Task task) {
        String reason = "not done within its deadline of " + task.request.deadline();
        switch (task.state) {
            case ACCEPTED, SCHEDULED, QUEUED ->
                end(task, task.attempts == 0 ? TaskState.EXPIRED : TaskState.TIMED_OUT, reason, Map.of());
            case RETRY_WAIT -> end(task, TaskState.TIMED_OUT, reason, Map.of());
            case RUNNING -> attempts.stop(task, Task.Stop.DEADLINE, reason);
            default -> {
                // CANCELLING: its grace period is running already
            }
        }
    }

    // ---- what happens to attempts, and what it means for their tasks ----------------------------------------------

    @Override
    public void ended(Task task, TaskResult result) {
        lineup.ended(task, task.stop == Task.Stop.CANCEL ? null : result instanceof TaskResult.Succeeded);
        conclude(task, result);
        lineup.runNext(task.line.queue);
    }

    /** No retry: the attempt may still be at work, and a second one beside it could do the work twice. */
    @Override
    public void givenUp(Task task, String reason) {
        lineup.ended(task, task.stop == Task.Stop.CANCEL ? null : Boolean.FALSE);
        end(task, task.stop == Task.Stop.CANCEL ? TaskState.CANCELLED : TaskState.TIMED_OUT, reason, Map.of());
        lineup.runNext(
                task.line.queue); // the executor may have freed no slot, and others wait for its place in the line
    }

    @Override
    public void progressed(Task task, String message) {
        reporter.passing(task, message);
    }

    @Override
    public void slotFreed(ExecutorQueue queue) {
        lineup.runNext(queue);
    }

    private void conclude(Task task, TaskResult result) {
        Verdict verdict = Verdict.of(task, result, policy(task), !closing, random);
        if (verdict.delay() == null) {
            end(task, verdict.next(), verdict.detail(), verdict.output());
            return;
        }
        counters.counter("tasks.retries").increment();
        retryAfter(task, verdict.detail(), verdict.delay());
    }

    RetryPolicy policy(Task task) {
        if (task.request.retry() != null) {
            return task.request.retry();
        }
        RetryPolicy ofType = task.line.options.retry();
        return ofType == null ? settings.retry() : ofType;
    }

    private void retryAfter(Task task, String detail, Duration delay) {
        task.move(TaskState.RETRY_WAIT);
        table.count();
        reporter.remembered(task, detail, delay);
        task.timers.after(TaskTimers.Kind.RETRY, delay, () -> lineUp(task));
    }

    // ---- stopping -------------------------------------------------------------------------------------------------

    /** Asks a task to stop, wherever it stands. */
    void stop(Task task, String reason) {
        switch (task.state) {
            case ACCEPTED, SCHEDULED, QUEUED, RETRY_WAIT -> end(task, TaskState.CANCELLED, reason, Map.of());
            case RUNNING -> {
                attempts.stop(task, Task.Stop.CANCEL, reason);
                task.move(TaskState.CANCELLING);
                reporter.remembered(task, reason, null);
            }
            default -> counters.counter("tasks.cancel.late").increment();
        }
    }

    /** Whether the control center is there. */
    void connected(boolean now) {
        connectedness.connected(now, table.live());
        lineup.recheck();
    }

    private void cancelDisconnected(Task task) {
        DisconnectPolicy policy = task.request.onDisconnect();
        stop(task, "the control center has been away for " + policy.after());
    }

    /** The work is, or has been, that of another task. */
    void skipDone(Task task, String other) {
        String why = "the work of task '" + other + "', which has the same idempotency key";
        end(task, TaskState.SKIPPED, why, Map.of());
    }

    /** The task comes to a final state. */
    void end(Task task, TaskState last, String detail, Map<String, String> output) {
        lineup.remove(task);
        task.timers.cancelAll();
        boolean mayBegin = mayBegin(task);
        task.move(last);
        table.remove(task);
        counters.counter("tasks.ended", last.name()).increment();
        table.ended().add(reporter.ended(task, detail, output, TaskTable.work(task.request), mayBegin));
        overlaps.leave(task).ifPresent(this::release);
        if (table.isEmpty()) {
            idle.run();
        }
    }

    /** Whether a crash that forgets the end makes an attempt begin that must not: what ran before it is known to have begun. */
    private static boolean mayBegin(Task task) {
        boolean began = task.state == TaskState.RUNNING || task.state == TaskState.CANCELLING;
        return !began && !task.request.idempotent() && task.origin == TaskOrigin.DISPATCH;
    }
}
