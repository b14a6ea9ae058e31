package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Goes on with the tasks that the journal remembers. Control loop only. */
final class TaskRecovery {

    private static final long REVISIONS_PER_LIFE = 1L << 32;

    private final TaskTypes types;
    private final TaskTable table;
    private final TaskMemory memory;
    private final TaskReporter reporter;
    private final TaskIntake intake;
    private final TaskFlow flow;
    private final AgentClock clock;
    private final Counters counters;

    TaskRecovery(
            TaskTypes types,
            TaskTable table,
            TaskMemory memory,
            TaskReporter reporter,
            TaskIntake intake,
            TaskFlow flow,
            AgentClock clock,
            Counters counters) {
        this.types = types;
        this.table = table;
        this.memory = memory;
        this.reporter = reporter;
        this.intake = intake;
        this.flow = flow;
        this.clock = clock;
        this.counters = counters;
    }

    /** Goes on with what the journal remembers; called once, when it has been read. */
    void restore(Map<String, byte[]> entries) {
        List<TaskMemory.Remembered> tasks = TaskMemory.read(
                entries, () -> counters.counter("journal.damaged").increment());
        // Ends come first, in their order, for what was done is not to be done again. Then those that had begun, before
        // others
        // with their concurrency key, and then those that came first.
        tasks.sort(Comparator.comparingInt(TaskRecovery::turn).thenComparingLong(TaskRecovery::place));
        tasks.forEach(task -> table.orderTaken(task.order()));
        tasks.forEach(this::restore);
        intake.recovered();
    }

    private static int turn(TaskMemory.Remembered task) {
        return task.status().state().isFinal() ? 0 : task.status().attempt() > 0 ? 1 : 2;
    }

    private static long place(TaskMemory.Remembered task) {
        return task.status().state().isFinal() ? task.status().epochNanos() : task.order();
    }

    private void restore(TaskMemory.Remembered remembered) {
        TaskStatus last = remembered.status();
        TaskRequest request = remembered.request();
        if (table.isKnown(last.taskId())) {
            return; // it came again while the journal could not be read
        }
        counters.counter("tasks.restored").increment();
        if (last.state().isFinal()) {
            if (request != null) {
                memory.forgetRequest(last.taskId()); // a crash came between the two entries
            }
            restoreEnd(new EndedTask(last, remembered.work(), remembered.acked()));
            return;
        }
        if (request == null) {
            EndedTask lost = new EndedTask(lost(last), null, false);
            memory.ended(lost);
            table.ended().add(lost);
            reporter.tell(lost.status(), List.of());
            return;
        }
        TypeLine line = types.line(last.taskType());
        boolean known = line != null;
        Task task = intake.enlist(
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
        Duration retryLeft = retryLeft(last);
        memory.stands(task.report(
                clock.epochNanos(), last.detail(), Map.of(), task.state == TaskState.RETRY_WAIT ? retryLeft : null));
        resume(task, known, retryLeft);
    }

    private void restoreEnd(EndedTask task) {
        table.ended().add(task);
        if (!task.acked()) {
            reporter.repeat(task.status(), List.of());
        }
    }

    /** The journal has lost what was asked, and knows that it was begun. */
    private TaskStatus lost(TaskStatus last) {
        return new TaskStatus(
                last.taskId(),
                last.taskType(),
                last.revision() + REVISIONS_PER_LIFE,
                TaskState.INDETERMINATE,
                last.attempt(),
                clock.epochNanos(),
                "it had begun, and its entry in the journal is damaged",
                Map.of(),
                last.progress(),
                null,
                last.origin());
    }

    /** How much of the wait is left by the wall clock, which may have been set meanwhile: never more than the whole. */
    private Duration retryLeft(TaskStatus last) {
        Duration whole = last.retryAfter();
        if (whole == null) {
            return Duration.ZERO;
        }
        Duration left = whole.minusNanos(clock.epochNanos() - last.epochNanos());
        return left.isNegative() ? Duration.ZERO : left.compareTo(whole) > 0 ? whole : left;
    }

    private void resume(Task task, boolean known, Duration retryLeft) {
        String died = "the agent died while it was running";
        switch (task.state) {
            case RUNNING -> {
                if (known
                        && task.request.idempotent()
                        && task.attempts < flow.policy(task).maxAttempts()) {
                    task.move(TaskState.RETRY_WAIT);
                    reporter.remembered(task, died, Duration.ZERO);
                    table.claimWork(task);
                    flow.await(task);
                } else {
                    flow.end(task, TaskState.INDETERMINATE, died, Map.of());
                }
            }
            case CANCELLING ->
                flow.end(task, TaskState.CANCELLED, "the agent died while it was being cancelled", Map.of());
            default -> {
                String other = known ? table.claimWork(task) : null;
                if (other != null && task.attempts == 0) {
                    task.state = TaskState.ACCEPTED;
                    flow.skipDone(task, other);
                } else if (known) {
                    if (task.state != TaskState.RETRY_WAIT) {
                        task.state = TaskState.ACCEPTED; // it comes to its turn anew
                    }
                    flow.await(task, retryLeft);
                } else {
                    task.state = TaskState.QUEUED;
                    flow.end(task, TaskState.FAILED, "there is no handler for its type any more", Map.of());
                }
            }
        }
    }
}
