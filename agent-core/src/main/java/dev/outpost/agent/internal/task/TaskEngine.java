package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.telemetry.LogPublisher;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All tasks of the agent, wherever they come from. Control loop only.
 *
 * <p>A task id that is known is never run again: it is answered with its present state. {@link TaskIntake} takes tasks, {@link
 * TaskFlow} leads them to their ends, {@link TaskRecovery} goes on with those of an earlier life.
 */
public final class TaskEngine {

    private final TaskSettings settings;
    private final TaskTypes types;
    private final Journal journal;
    private final TaskMemory memory;
    private final TaskReporter reporter;
    private final TaskTable table;
    private final TaskFlow flow;
    private final TaskIntake intake;
    private final TaskRecovery recovery;
    private final Counters counters;
    private final Guard guard;
    private @Nullable Runnable idleWatcher;
    private boolean draining;

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
        this.counters = counters;
        this.guard = guard;
        memory = new TaskMemory(journal);
        reporter = new TaskReporter(journal, memory, book, listener, clock);
        table = new TaskTable(new EndedTasks(memory::changed, memory::forget), this::runningCount);
        flow = new TaskFlow(
                settings,
                table,
                journal,
                memory,
                reporter,
                logs,
                guard,
                timers,
                inbox,
                clock,
                centerAheadNanos,
                random,
                counters,
                this::onIdle);
        intake = new TaskIntake(settings, types, table, journal, memory, reporter, flow, timers, clock, counters);
        recovery = new TaskRecovery(types, table, memory, reporter, intake, flow, clock, counters);
    }

    /** Takes a task, or refuses it; either way a report says so. A known id is reported as it stands. */
    public void submit(TaskRequest request, TaskOrigin origin) {
        submit(request, origin, null);
    }

    /** Like {@link #submit(TaskRequest, TaskOrigin)}; {@code watcher} is told every report of the task. */
    public void submit(TaskRequest request, TaskOrigin origin, @Nullable Consumer<TaskStatus> watcher) {
        intake.submit(request, origin, watcher);
    }

    /** Like {@link #submit(TaskRequest, TaskOrigin)}, but while as many wait as may wait, that is put off for so long at most. */
    public void submitWhenRoom(
            TaskRequest request, TaskOrigin origin, Duration patience, Consumer<TaskStatus> watcher) {
        intake.submitWhenRoom(request, origin, patience, watcher);
    }

    /**
     * Asks a task to stop.
     *
     * @return what is wrong with that, or empty
     */
    public Optional<String> cancel(String taskId, String reason) {
        Task task = table.find(taskId);
        if (task != null) {
            flow.stop(task, reason);
            return Optional.empty();
        }
        return table.isKnown(taskId) ? Optional.empty() : Optional.of("task '" + taskId + "' is not known");
    }

    /** Whether the control center is there, as far as tasks care; an agent without one never calls this. */
    public void connected(boolean now) {
        flow.connected(now);
    }

    /** Goes on with what the journal remembers; called once, when it has been read. */
    public void restore(Map<String, byte[]> entries) {
        recovery.restore(entries);
        if (draining) {
            letGoOfWhatWaits(); // it was not known yet when the agent began to close
        }
    }

    /** The control center has all reports of the task up to the revision. */
    public void acked(String taskId, long revision) {
        EndedTask task = table.ended().acked(taskId, revision);
        if (task != null) {
            memory.changed(task);
        }
    }

    /** Looks after what no event tells of; called about once a second. */
    public void tend() {
        intake.tend();
        reporter.tend();
    }

    // ---- end ------------------------------------------------------------------------------------------------------

    /** Takes no further tasks; {@code idle} runs once none is left. What waits is kept or cancelled, as the settings say. */
    public void drain(Runnable idle) {
        draining = true;
        intake.close();
        flow.closing();
        letGoOfWhatWaits();
        if (table.isEmpty()) {
            idle.run();
        } else {
            idleWatcher = idle;
        }
    }

    private void letGoOfWhatWaits() {
        table.live().stream().filter(task -> task.attempt == null).forEach(this::letGo);
    }

    private void onIdle() {
        if (idleWatcher != null) {
            idleWatcher.run();
        }
    }

    private void letGo(Task task) {
        boolean kept = settings.onClose() == ClosePolicy.KEEP && journal.remembers() && journal.isHealthy();
        if (!kept) {
            flow.end(task, TaskState.CANCELLED, "handed back: the agent is closing", Map.of());
            return;
        }
        if (task.starting) {
            reporter.remembered(task, "", null); // it does not begin after all
        }
        task.letGo = true;
        flow.lineup().remove(task);
        task.timers.cancelAll();
        table.keep(task);
        counters.counter("tasks.kept").increment();
    }

    /** Asks all running tasks to stop. */
    public void stopAll(String reason) {
        table.live().forEach(task -> flow.stop(task, reason));
    }

    /** Lets go of the executors. A task that has not ended by now gets no other end: whoever waits for it is told. */
    public void close() {
        intake.close();
        flow.closing();
        for (Task task : table.live()) {
            if (task.attempt != null) {
                flow.attempts().forget(task);
                flow.end(task, TaskState.INDETERMINATE, "the agent closed while it was running", Map.of());
            } else {
                letGo(task);
            }
        }
        types.executors().forEach(executor -> guard.run("task executor", executor::close));
    }

    // ---- figures --------------------------------------------------------------------------------------------------

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
        return table.waiting();
    }

    /** Tasks with a running attempt; any thread. */
    public int runningCount() {
        return flow.attempts().running();
    }

    /** For people who look for what holds a task up. */
    @Override
    public String toString() {
        return "TaskEngine[live=" + table + ", " + intake + ", " + flow.lineup() + "]";
    }
}
