package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The attempts that run: starts them on an executor, times them, stops them, gives them up. What becomes of their tasks is
 * the owner's business. Control loop only.
 */
final class Attempts {

    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);

    private final TaskSettings settings;
    private final LogPublisher logs;
    private final Guard guard;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Counters counters;
    private final Owner owner;
    private final AtomicInteger running = new AtomicInteger();

    /** Told what happens to attempts, on the control loop. */
    interface Owner {

        /** An attempt came to an end by itself. */
        void ended(Task task, TaskResult result);

        /** An attempt did not end when it was asked to, and no longer counts; it may still be at work. */
        void givenUp(Task task, String reason);

        /** A handler has reported how far it is. */
        void progressed(Task task, String message);

        /** An executor has a slot again. */
        void slotFreed(ExecutorQueue queue);
    }

    Attempts(
            TaskSettings settings,
            LogPublisher logs,
            Guard guard,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Counters counters,
            Owner owner) {
        this.settings = settings;
        this.logs = logs;
        this.guard = guard;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.counters = counters;
        this.owner = owner;
    }

    /** Attempts that run; any thread. */
    int running() {
        return running.get();
    }

    /** Starts the next attempt of a task, unless the executor refuses. */
    boolean tryStart(Task task) {
        TaskRequest request = task.request;
        ExecutorQueue queue = task.line.queue;
        AttemptRun attempt = new AttemptRun(
                request,
                task.attempts + 1,
                task.line,
                settings.resultChars(),
                new TaskLogs(logs, request, settings.logRecords(), counters),
                guard,
                clock,
                (run, result) -> inbox.post(() -> onEnded(task, run, result)),
                run -> inbox.tryPost(() -> onProgress(task, run)));
        Optional<TaskExecutor.Run> run = guard.call(
                "task executor",
                () -> Optional.ofNullable(
                        queue.executor().tryExecute(attempt, () -> inbox.post(() -> owner.slotFreed(queue)))),
                Optional.empty());
        if (run.isEmpty()) {
            return false;
        }
        running.incrementAndGet();
        queue.running++;
        task.attempts++;
        task.attempt = attempt;
        task.run = run.get();
        task.stop = Task.Stop.NONE;
        task.progress = 0;
        Duration timeout = timeout(task);
        task.attemptTimer = after(timeout, () -> stop(task, Task.Stop.TIMEOUT, "attempt took longer than " + timeout));
        if (request.lease() != null) {
            watchLease(task, attempt, request.lease());
        }
        return true;
    }

    private Duration timeout(Task task) {
        if (task.request.attemptTimeout() != null) {
            return task.request.attemptTimeout();
        }
        Duration ofType = task.line.options.attemptTimeout();
        return ofType == null ? settings.attemptTimeout() : ofType;
    }

    /** Looks again when the lease would be over if there were no further sign of life. */
    private void watchLease(Task task, AttemptRun attempt, Duration lease) {
        Duration left = lease.minusNanos(clock.nanoTime() - attempt.lastSignNanos());
        if (!left.isNegative() && !left.isZero()) {
            task.leaseTimer = after(left, () -> watchLease(task, attempt, lease));
        } else {
            stop(task, Task.Stop.TIMEOUT, "attempt gave no sign of life for " + lease);
        }
    }

    /** Asks a task's attempt to stop; if it does not within the grace period, it is given up. */
    void stop(Task task, Task.Stop why, String reason) {
        task.stop = why;
        task.stopReason = reason;
        AttemptRun attempt = task.attempt;
        if (attempt == null || task.run == null) {
            return;
        }
        attempt.cancel();
        guard.run("task executor", task.run::interrupt);
        timers.cancel(task.attemptTimer);
        timers.cancel(task.leaseTimer);
        task.attemptTimer = after(settings.grace(), () -> giveUp(task, attempt));
    }

    /** The agent ends: whatever the attempt says does not count any more. */
    void forget(Task task) {
        if (task.attempt != null) {
            task.attempt.abandon();
            over(task);
        }
    }

    private void giveUp(Task task, AttemptRun attempt) {
        if (task.attempt != attempt || task.run == null) {
            return;
        }
        attempt.abandon();
        guard.run("task executor", task.run::abandon);
        counters.counter("task.attempts.abandoned").increment();
        over(task);
        owner.givenUp(task, task.stopReason + "; its handler ignored the interrupt for " + settings.grace());
    }

    private void onEnded(Task task, AttemptRun attempt, TaskResult result) {
        if (task.attempt == attempt) {
            over(task);
            owner.ended(task, result);
        }
    }

    private void over(Task task) {
        timers.cancel(task.attemptTimer);
        timers.cancel(task.leaseTimer);
        timers.cancel(task.progressTimer);
        task.progressTimer = null;
        task.attempt = null;
        task.run = null;
        task.line.queue.running--;
        running.decrementAndGet();
    }

    private void onProgress(Task task, AttemptRun attempt) {
        if (task.attempt != attempt || task.progressTimer != null) {
            return;
        }
        reportProgress(task, attempt);
        task.progressTimer = after(PROGRESS_INTERVAL, () -> {
            task.progressTimer = null;
            reportProgress(task, attempt);
        });
    }

    private void reportProgress(Task task, AttemptRun attempt) {
        AttemptRun.Progress progress = attempt.takeProgress();
        if (progress != null && task.attempt == attempt) {
            task.progress = progress.fraction();
            owner.progressed(task, progress.message());
        }
    }

    private Timers.Timer after(Duration delay, Runnable command) {
        return timers.schedule(clock.nanoTime(), delay, command);
    }
}
