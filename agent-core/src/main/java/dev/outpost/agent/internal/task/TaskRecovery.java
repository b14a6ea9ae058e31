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
        // Those that had begun come before the others with their concurrency key, and then those that came first.
        tasks.sort(Comparator.comparing(
                        (TaskMemory.Remembered task) -> task.status().attempt() == 0)
                .thenComparingLong(TaskMemory.Remembered::acceptedEpochNanos));
        tasks.forEach(this::restore);
        intake.recovered();
    }

    private void restore(TaskMemory.Remembered remembered) {
        TaskStatus last = remembered.status();
        TaskRequest request = remembered.request();
        if (table.isKnown(last.taskId())) {
            return; // it came again while the journal could not be read
        }
        counters.counter("tasks.restored").increment();
        if (request == null || last.state().isFinal()) {
            table.ended().add(new EndedTask(last, remembered.work(), remembered.acked()));
            if (!remembered.acked()) {
                reporter.repeat(last, List.of());
            }
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
        memory.stands(task.report(clock.epochNanos(), last.detail(), Map.of(), last.retryAfter()));
        resume(task, known);
    }

    private void resume(Task task, boolean known) {
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
                if (known) {
                    table.claimWork(task);
                    if (task.state != TaskState.RETRY_WAIT) {
                        task.state = TaskState.ACCEPTED; // it comes to its turn anew
                    }
                    flow.await(task);
                } else {
                    task.state = TaskState.QUEUED;
                    flow.end(task, TaskState.FAILED, "there is no handler for its type any more", Map.of());
                }
            }
        }
    }
}
