package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells what has become of tasks: the control center through the book, the host's listeners, and whoever submitted them. Nobody
 * hears of anything before the journal has it, so that nothing that was said is forgotten in a crash. Control loop only.
 */
final class TaskReporter {

    private final Journal journal;
    private final TaskMemory memory;
    private final ReportBook book;
    private final TaskListener listener;
    private final AgentClock clock;

    TaskReporter(Journal journal, TaskMemory memory, ReportBook book, TaskListener listener, AgentClock clock) {
        this.journal = journal;
        this.memory = memory;
        this.book = book;
        this.listener = listener;
        this.clock = clock;
    }

    /** The task has come to a state that must not be forgotten. */
    TaskStatus remembered(Task task, String detail, @Nullable Duration retryAfter) {
        TaskStatus status = task.report(clock.epochNanos(), ResultLimit.cut(detail), Map.of(), retryAfter);
        memory.stands(status);
        tell(status, task.watchers());
        return status;
    }

    /** The task has come to a state, or says how far it is; the journal knows enough of it. */
    void passing(Task task, String detail) {
        tell(task.report(clock.epochNanos(), ResultLimit.cut(detail), Map.of(), null), task.watchers());
    }

    /** The task has ended. */
    EndedTask ended(Task task, String detail, Map<String, String> output, @Nullable String work) {
        TaskStatus status = task.report(clock.epochNanos(), ResultLimit.cut(detail), output, null);
        EndedTask ended = new EndedTask(status, work, false);
        memory.ended(ended);
        tell(status, task.watchers());
        return ended;
    }

    /** Tells once more how a task has ended: to whoever asked again. */
    void repeat(TaskStatus status, List<Consumer<TaskStatus>> watchers) {
        journal.whenDurable(durable -> {
            book.add(status);
            watchers.forEach(watcher -> watcher.accept(status));
        });
    }

    /** Tells a report that was made already, once all that was changed before it is safe. */
    void tell(TaskStatus status, List<Consumer<TaskStatus>> watchers) {
        journal.whenDurable(durable -> {
            book.add(status);
            listener.onStatus(status);
            List.copyOf(watchers).forEach(watcher -> watcher.accept(status));
        });
    }
}
