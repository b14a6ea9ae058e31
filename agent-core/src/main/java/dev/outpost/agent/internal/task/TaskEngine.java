package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.DisconnectPolicy;
import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All tasks of the agent, wherever they come from: accepts, waits, runs, times, retries, reports. Control loop only.
 *
 * <p>A task id that is known is never run again: it is answered with its present state. {@link EndedTasks} remembers those
 * that have ended, {@link Lineup} those that are ready, {@link Attempts} holds those that run.
 */
public final class TaskEngine {

    private static final Duration BUSY_RETRY = Duration.ofSeconds(5);
    private static final long REVISIONS_PER_LIFE = 1L << 32;

    private final TaskSettings settings;
    private final TaskTypes types;
    private final Journal journal;
    private final TaskMemory memory;
    private final TaskReporter reporter;
    private final Attempts attempts;
    private final Lineup lineup;
    private final Overlaps overlaps = new Overlaps();
    private final Connectedness connectedness;
    private final EndedTasks ended;
    private final Map<String, Task> live = new LinkedHashMap<>();
    private final Map<String, String> liveWork = new HashMap<>();
    private final List<Runnable> early = new ArrayList<>();
    private final List<Runnable> unconfirmed = new ArrayList<>();
    private final Timers timers;
    private final AgentClock clock;
    private final LongSupplier centerAheadNanos;
    private final RandomGenerator random;
    private final Counters counters;
    private final Guard guard;
    private long nextOrder;
    private boolean recovered;
    private boolean closing;
    private @Nullable Runnable idleWatcher;
    private volatile int waiting;

    /**
     * An engine without tasks, which waits for {@link #restore} unless the journal remembers nothing.
     *
     * @param centerAheadNanos how far the control center's clock is ahead of ours, by what is known now
     */
    public TaskEngine(
            TaskSettings settings,
            TaskTypes types,
            Journal journal,
            ReportBook book,
            TaskListener listener,
            LogPublisher logs,
            Guard guard,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            LongSupplier centerAheadNanos,
            RandomGenerator random,
            Counters counters) {
        this.settings = settings;
        this.types = types;
        this.journal = journal;
        this.timers = timers;
        this.clock = clock;
        this.centerAheadNanos = centerAheadNanos;
        this.random = random;
        this.counters = counters;
        this.guard = guard;
        this.memory = new TaskMemory(journal);
        this.reporter = new TaskReporter(journal, memory, book, listener, clock);
        this.ended = new EndedTasks(memory::changed, memory::forget);
        this.connectedness = new Connectedness(clock, this::cancelDisconnected);
        this.attempts = new Attempts(settings, logs, guard, timers, inbox, clock, counters, new AttemptEvents());
        this.lineup = new Lineup(attempts, journal, memory, connectedness, guard, timers, clock, this::begun);
        this.recovered = !journal.remembers();
    }

    // ---- in -------------------------------------------------------------------------------------------------------

    /** Takes a task, or refuses it; either way a report says so. A known id is reported as it stands. */
    public void submit(TaskRequest request, TaskOrigin origin) {
        submit(request, origin, null);
    }

    /** Like {@link #submit(TaskRequest, TaskOrigin)}; {@code watcher} is told every report of the task. */
    public void submit(TaskRequest request, TaskOrigin origin, @Nullable Consumer<TaskStatus> watcher) {
        if (!recovered && mustWaitForMemory(request, origin)) {
            if (early.size() < settings.queueCapacity()) {
                early.add(() -> submit(request, origin, watcher));
            } else {
                counters.counter("tasks.unanswered").increment(); // it is sent again with the next connection
            }
            return;
        }
        Task known = live.get(request.id());
        if (known != null) {
            counters.counter("tasks.duplicates").increment();
            if (watcher != null) {
                known.watch(watcher);
            }
            reporter.passing(known, "");
            return;
        }
        EndedTask before = ended.find(request.id());
        if (before != null) {
            counters.counter("tasks.duplicates").increment();
            reporter.repeat(before.status(), watcher == null ? List.of() : List.of(watcher));
            return;
        }
        TaskStatus openRefusal = ended.openRefusal(request.id());
        if (openRefusal != null && origin == TaskOrigin.DISPATCH) {
            reporter.repeat(openRefusal, watcher == null ? List.of() : List.of(watcher));
            return;
        }
        TypeLine line = types.line(request.type());
        if (closing || line == null || waiting >= settings.queueCapacity()) {
            boolean busy = !closing && line != null;
            String reason = closing
                    ? "the agent is closing"
                    : busy
                            ? "busy: " + waiting + " tasks wait already"
                            : "no handler for task type '" + request.type() + "'";
            refuse(request, origin, reason, busy ? BUSY_RETRY : null, watcher == null ? List.of() : List.of(watcher));
            return;
        }
        accept(request, origin, line, watcher);
    }

    /** As long as the journal cannot be read, a task may have been run already, and nothing true can be said of it. */
    private boolean mustWaitForMemory(TaskRequest request, TaskOrigin origin) {
        return journal.isBeingRead() || (origin == TaskOrigin.DISPATCH && !request.idempotent());
    }

    private void refuse(
            TaskRequest request,
            TaskOrigin origin,
            String reason,
            @Nullable Duration retryAfter,
            List<Consumer<TaskStatus>> watchers) {
        counters.counter("tasks.ended", TaskState.REFUSED.name()).increment();
        TaskStatus status = new TaskStatus(
                request.id(),
                request.type(),
                ended.revisionOfRefusal(request.id()) + 1,
                TaskState.REFUSED,
                0,
                clock.epochNanos(),
                reason,
                Map.of(),
                0,
                retryAfter,
                origin);
        ended.addRefusal(new EndedTask(status, null, false));
        reporter.tell(status, watchers);
    }

    private void accept(TaskRequest request, TaskOrigin origin, TypeLine line, @Nullable Consumer<TaskStatus> watcher) {
        Task task = enlist(request, origin, line, clock.epochNanos());
        task.revision = ended.revisionOfRefusal(request.id());
        if (watcher != null) {
            task.watch(watcher);
        }
        counters.counter("tasks.accepted").increment();
        TaskStatus accepted = task.report(clock.epochNanos(), "", Map.of(), null);
        memory.accepted(task, accepted);
        journal.whenDurable(durable -> confirm(task, accepted, durable));
    }

    private Task enlist(TaskRequest request, TaskOrigin origin, TypeLine line, long acceptedEpochNanos) {
        TaskTimers ofTask = new TaskTimers(timers, clock);
        Task task = new Task(request, origin, line, nextOrder++, acceptedEpochNanos, ofTask);
        live.put(request.id(), task);
        count();
        return task;
    }

    /** The journal has the task, or cannot have it. */
    private void confirm(Task task, TaskStatus accepted, boolean durable) {
        if (live.get(task.id()) != task) {
            return; // it was cancelled meanwhile
        }
        if (!durable && !lineup.mayGoUnrecorded(task)) {
            unconfirmed.add(() -> journal.whenDurable(later -> confirm(task, accepted, later)));
            return; // neither accepted nor refused, for it may be on the disk or not
        }
        reporter.tell(accepted, task.watchers());
        String work = work(task.request);
        String other = work == null ? null : whoDoes(work);
        if (other != null) {
            end(
                    task,
                    TaskState.SKIPPED,
                    "the work of task '" + other + "', which has the same idempotency key",
                    Map.of());
            return;
        }
        if (work != null) {
            liveWork.put(work, task.id());
        }
        await(task);
    }

    /** Names the work of a task over all ids; null when nobody asked for that. */
    private static @Nullable String work(TaskRequest request) {
        return request.idempotencyKey() == null ? null : request.type() + "/" + request.idempotencyKey();
    }

    private @Nullable String whoDoes(String work) {
        String running = liveWork.get(work);
        return running == null ? ended.whoDid(work) : running;
    }

    // ---- waiting --------------------------------------------------------------------------------------------------

    /** Arms what is to happen to the task by the time, and lets it come to its turn. */
    private void await(Task task) {
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
            takeTurn(task);
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
        long nanos = TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
        return origin == TaskOrigin.DISPATCH ? nanos - centerAheadNanos.getAsLong() : nanos;
    }

    /** Nothing holds the task back any more but others with its concurrency key. */
    private void takeTurn(Task task) {
        switch (overlaps.enter(task)) {
            case RUN -> lineUp(task);
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
        count();
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

    // ---- running --------------------------------------------------------------------------------------------------

    private void conclude(Task task, TaskResult result) {
        Verdict verdict = Verdict.of(task, result, policy(task), !closing, random);
        if (verdict.delay() == null) {
            end(task, verdict.next(), verdict.detail(), verdict.output());
            return;
        }
        counters.counter("tasks.retries").increment();
        retryAfter(task, verdict.detail(), verdict.delay());
    }

    private RetryPolicy policy(Task task) {
        if (task.request.retry() != null) {
            return task.request.retry();
        }
        RetryPolicy ofType = task.line.options.retry();
        return ofType == null ? settings.retry() : ofType;
    }

    private void retryAfter(Task task, String detail, Duration delay) {
        task.move(TaskState.RETRY_WAIT);
        count();
        reporter.remembered(task, detail, delay);
        task.timers.after(TaskTimers.Kind.RETRY, delay, () -> lineUp(task));
    }

    /** What happens to attempts, and what it means for their tasks. */
    private final class AttemptEvents implements Attempts.Owner {

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
        }

        @Override
        public void progressed(Task task, String message) {
            reporter.passing(task, message);
        }

        @Override
        public void slotFreed(ExecutorQueue queue) {
            lineup.runNext(queue);
        }
    }

    // ---- stopping -------------------------------------------------------------------------------------------------

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
        stop(task, reason);
        return Optional.empty();
    }

    private void stop(Task task, String reason) {
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

    /** Whether the control center is there, as far as tasks care; an agent without one never calls this. */
    public void connected(boolean now) {
        connectedness.connected(now, live.values());
        lineup.recheck();
    }

    private void cancelDisconnected(Task task) {
        DisconnectPolicy policy = task.request.onDisconnect();
        stop(task, "the control center has been away for " + policy.after());
    }

    private void end(Task task, TaskState last, String detail, Map<String, String> output) {
        lineup.remove(task);
        task.timers.cancelAll();
        task.move(last);
        live.remove(task.id());
        count();
        String work = work(task.request);
        if (work != null) {
            liveWork.remove(work, task.id());
        }
        counters.counter("tasks.ended", last.name()).increment();
        ended.add(reporter.ended(task, detail, output, work));
        overlaps.leave(task).ifPresent(this::release);
        if (live.isEmpty() && idleWatcher != null) {
            idleWatcher.run();
        }
    }

    // ---- memory ---------------------------------------------------------------------------------------------------

    /** Goes on with what the journal remembers; called once, when it has been read. */
    public void restore(Map<String, byte[]> entries) {
        recovered = true;
        List<TaskMemory.Remembered> tasks = TaskMemory.read(
                entries, () -> counters.counter("journal.damaged").increment());
        // Those that had begun come before the others with their concurrency key, and then those that came first.
        tasks.sort(Comparator.comparing(
                        (TaskMemory.Remembered task) -> task.status().attempt() == 0)
                .thenComparingLong(TaskMemory.Remembered::acceptedEpochNanos));
        tasks.forEach(this::restore);
        runAll(early);
    }

    private static void runAll(List<Runnable> waiting) {
        List<Runnable> present = List.copyOf(waiting);
        waiting.clear();
        present.forEach(Runnable::run);
    }

    /** Looks after what no event tells of; called about once a second. */
    public void tend() {
        if (!recovered && !journal.isBeingRead()) {
            runAll(early); // it cannot be read for now: whoever may go without it goes
        }
        if (journal.isHealthy()) {
            runAll(unconfirmed);
        }
    }

    private void restore(TaskMemory.Remembered remembered) {
        TaskStatus last = remembered.status();
        TaskRequest request = remembered.request();
        if (live.containsKey(last.taskId()) || ended.find(last.taskId()) != null) {
            return; // it came again while the journal could not be read
        }
        counters.counter("tasks.restored").increment();
        if (request == null || last.state().isFinal()) {
            ended.add(new EndedTask(last, remembered.work(), remembered.acked()));
            if (!remembered.acked()) {
                reporter.repeat(last, List.of());
            }
            return;
        }
        TypeLine line = types.line(last.taskType());
        boolean known = line != null;
        Task task = enlist(
                request,
                remembered.origin(),
                line == null ? types.orphan(last.taskType()) : line,
                remembered.acceptedEpochNanos());
        task.restored = true;
        task.due = last.state() == TaskState.QUEUED;
        task.state = last.state();
        task.attempts = last.attempt();
        // Reports that the journal did not have may have been sent: new ones must be newer than any of them.
        task.revision = last.revision() + REVISIONS_PER_LIFE;
        memory.stands(task.report(clock.epochNanos(), last.detail(), Map.of(), last.retryAfter()));
        resume(task, known);
    }

    private void resume(Task task, boolean known) {
        String died = "the agent died while it was running";
        switch (task.state) {
            case RUNNING -> {
                if (known
                        && task.request.idempotent()
                        && task.attempts < policy(task).maxAttempts()) {
                    task.move(TaskState.RETRY_WAIT);
                    reporter.remembered(task, died, Duration.ZERO);
                    keepWork(task);
                    await(task);
                } else {
                    end(task, TaskState.INDETERMINATE, died, Map.of());
                }
            }
            case CANCELLING -> end(task, TaskState.CANCELLED, "the agent died while it was being cancelled", Map.of());
            default -> {
                if (known) {
                    keepWork(task);
                    if (task.state != TaskState.RETRY_WAIT) {
                        task.state = TaskState.ACCEPTED; // it comes to its turn anew
                    }
                    await(task);
                } else {
                    task.state = TaskState.QUEUED;
                    end(task, TaskState.FAILED, "there is no handler for its type any more", Map.of());
                }
            }
        }
    }

    private void keepWork(Task task) {
        String work = work(task.request);
        if (work != null) {
            liveWork.put(work, task.id());
        }
    }

    /** The control center has all reports of the task up to the revision. */
    public void acked(String taskId, long revision) {
        EndedTask task = ended.acked(taskId, revision);
        if (task != null) {
            memory.changed(task);
        }
    }

    // ---- end ------------------------------------------------------------------------------------------------------

    /** Takes no further tasks; {@code idle} runs once none is left. What waits is kept or cancelled, as the settings say. */
    public void drain(Runnable idle) {
        closing = true;
        early.clear(); // nobody was told anything of these
        for (Task task : List.copyOf(live.values())) {
            if (task.attempt == null) {
                letGo(task);
            }
        }
        if (live.isEmpty()) {
            idle.run();
        } else {
            idleWatcher = idle;
        }
    }

    private void letGo(Task task) {
        boolean kept = settings.onClose() == ClosePolicy.KEEP && journal.remembers() && journal.isHealthy();
        if (!kept || task.state == TaskState.ACCEPTED) {
            end(task, TaskState.CANCELLED, "handed back: the agent is closing", Map.of());
            return;
        }
        if (task.starting) {
            reporter.remembered(task, "", null); // it does not begin after all
        }
        task.letGo = true;
        lineup.remove(task);
        task.timers.cancelAll();
        live.remove(task.id());
        count();
        counters.counter("tasks.kept").increment();
    }

    /** Asks all running tasks to stop. */
    public void stopAll(String reason) {
        for (Task task : new ArrayList<>(live.values())) {
            stop(task, reason);
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
                letGo(task);
            }
        }
        types.executors().forEach(executor -> guard.run("task executor", executor::close));
    }

    /** For people who look for what holds a task up. */
    @Override
    public String toString() {
        return "TaskEngine[live=" + live.keySet() + ", early=" + early.size() + ", unconfirmed=" + unconfirmed.size()
                + ", " + lineup + "]";
    }

    // ---- figures --------------------------------------------------------------------------------------------------

    private void count() {
        waiting = live.size() - attempts.running();
    }

    /** Task types that are left alone because their attempts fail. */
    public Set<String> openBreakers() {
        Set<String> open = new TreeSet<>();
        types.lines().forEach(line -> {
            if (line.breaker != null && line.breaker.state() != TypeBreaker.State.CLOSED) {
                open.add(line.type);
            }
        });
        return open;
    }

    /** Tasks that wait, for whatever; any thread. */
    public int queuedCount() {
        return waiting;
    }

    /** Tasks with a running attempt; any thread. */
    public int runningCount() {
        return attempts.running();
    }
}
