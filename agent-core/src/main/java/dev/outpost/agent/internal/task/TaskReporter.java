package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells what has become of tasks: the control center through the book, the host's listeners, and whoever submitted them. Nobody
 * hears of anything before the journal has it, so that nothing that was said is forgotten in a crash. Control loop only.
 */
final class TaskReporter {

    /** Beyond these an end is told at once, as those of idempotent tasks are. */
    private static final int MOST_UNTOLD = 100_000;

    private final Journal journal;
    private final TaskMemory memory;
    private final ReportBook book;
    private final TaskListener listener;
    private final AgentClock clock;

    /**
     * Ends that the journal could not take, of tasks that would begin after a crash nevertheless: the control center does not hear
     * of these before it can.
     */
    private final Map<String, TaskStatus> untold = new LinkedHashMap<>();

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

    /**
     * The task has ended.
     *
     * @param mayBegin whether it would begin after a crash, should the journal not have its end, and must not once that was told
     */
    EndedTask ended(Task task, String detail, Map<String, String> output, @Nullable String work, boolean mayBegin) {
        TaskStatus status = task.report(clock.epochNanos(), ResultLimit.cut(detail), output, null);
        EndedTask ended = new EndedTask(status, work, false);
        memory.ended(ended);
        journal.whenDurable(durable -> {
            if (durable || !mayBegin || untold.size() >= MOST_UNTOLD) {
                book.add(status);
            } else {
                untold.put(status.taskId(), status);
            }
            tellHost(status, task.watchers());
        });
        return ended;
    }

    /** Tells once more how a task has ended: to whoever asked again. */
    void repeat(TaskStatus status, List<Consumer<TaskStatus>> watchers) {
        journal.whenDurable(durable -> {
            if (!untold.containsKey(status.taskId())) {
                book.add(status);
            }
            watchers.forEach(watcher -> watcher.accept(status));
        });
    }

    /** Tells a report that was made already, once all that was changed before it is safe. */
    void tell(TaskStatus status, List<Consumer<TaskStatus>> watchers) {
        journal.whenDurable(durable -> {
            book.add(status);
            tellHost(status, watchers);
        });
    }

    private void tellHost(TaskStatus status, List<Consumer<TaskStatus>> watchers) {
        listener.onStatus(status);
        List.copyOf(watchers).forEach(watcher -> watcher.accept(status));
    }

    /** Tells what could not be told, if it can be now; called about once a second. */
    void tend() {
        if (!untold.isEmpty() && journal.isHealthy()) {
            journal.whenDurable(durable -> {
                if (durable) {
                    untold.values().forEach(book::add);
                    untold.clear();
                }
            });
        }
    }
}
