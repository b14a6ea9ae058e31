package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last reports of tasks that have ended, so that a task that is sent again is answered and not run: whole of the newest 10,000
 * and at most 4 million characters of them, without words and output of the newest 100,000. Those that the control center has not
 * taken yet are not forgotten before the others. Refusals are remembered apart. Control loop only.
 */
final class EndedTasks {

    private static final int MOST_WHOLE = 10_000;
    private static final int MOST_TASKS = 100_000;
    private static final long MOST_CHARS = 4L << 20;

    private final Map<String, EndedTask> whole = new LinkedHashMap<>();
    private final Map<String, EndedTask> briefTaken = new LinkedHashMap<>();
    private final Map<String, EndedTask> briefOpen = new LinkedHashMap<>();
    private final Map<String, String> byWork = new HashMap<>();
    private final Map<String, EndedTask> refused = new LinkedHashMap<>();
    private final Consumer<EndedTask> changed;
    private final Consumer<String> forgotten;
    private long chars;

    /**
     * Without any task.
     *
     * @param changed is told of a task of which less is remembered than before
     * @param forgotten is told the id of a task that is not remembered any more
     */
    EndedTasks(Consumer<EndedTask> changed, Consumer<String> forgotten) {
        this.changed = changed;
        this.forgotten = forgotten;
    }

    void add(EndedTask task) {
        String id = task.status().taskId();
        whole.put(id, task);
        chars += ResultLimit.chars(task.status());
        if (task.work() != null && isDone(task.status().state())) {
            byWork.put(task.work(), id);
        }
        while (whole.size() > MOST_WHOLE || (chars > MOST_CHARS && whole.size() > 1)) {
            shorten();
        }
        while (briefTaken.size() + briefOpen.size() > MOST_TASKS) {
            forget(briefTaken.isEmpty() ? briefOpen : briefTaken);
        }
    }

    /** Of the oldest only the state is kept from now on. */
    private void shorten() {
        Iterator<EndedTask> oldest = whole.values().iterator();
        EndedTask task = oldest.next();
        oldest.remove();
        chars -= ResultLimit.chars(task.status());
        EndedTask cut = task.shortened();
        (cut.acked() ? briefTaken : briefOpen).put(cut.status().taskId(), cut);
        if (!cut.equals(task)) {
            changed.accept(cut);
        }
    }

    private void forget(Map<String, EndedTask> brief) {
        EndedTask oldest = brief.values().iterator().next();
        String id = oldest.status().taskId();
        brief.remove(id);
        if (oldest.work() != null) {
            byWork.remove(oldest.work(), id);
        }
        forgotten.accept(id);
    }

    /** The work of a task that has come to these ends is not to be done again under another id. */
    private static boolean isDone(TaskState state) {
        return state == TaskState.SUCCEEDED || state == TaskState.INDETERMINATE;
    }

    @Nullable EndedTask find(String taskId) {
        EndedTask task = whole.getOrDefault(taskId, briefOpen.get(taskId));
        return task == null ? briefTaken.get(taskId) : task;
    }

    /** The id of the task that has done some work, or null. */
    @Nullable String whoDid(String work) {
        return byWork.get(work);
    }

    /**
     * The control center has the last report of a task.
     *
     * @return the task, if that is news
     */
    @Nullable EndedTask acked(String taskId, long revision) {
        refused.computeIfPresent(
                taskId, (id, refusal) -> refusal.status().revision() <= revision ? refusal.asAcked() : refusal);
        EndedTask known = find(taskId);
        if (known == null || known.acked() || known.status().revision() > revision) {
            return null;
        }
        EndedTask acked = known.asAcked();
        if (whole.replace(taskId, acked) == null) {
            briefOpen.remove(taskId);
            briefTaken.put(taskId, acked);
        }
        return acked;
    }

    /** A task was refused. */
    void addRefusal(EndedTask refusal) {
        String id = refusal.status().taskId();
        refused.remove(id);
        refused.put(id, refusal);
        if (refused.size() > MOST_WHOLE) {
            refused.remove(refused.keySet().iterator().next());
        }
    }

    /**
     * The last refusal of a task as long as the control center may not know of it, or null. Until then the task must not be accepted:
     * it would have ended for the one side, and begun for the other.
     */
    @Nullable TaskStatus openRefusal(String taskId) {
        EndedTask refusal = refused.get(taskId);
        return refusal == null || refusal.acked() ? null : refusal.status();
    }

    /** The revision of the last refusal, 0 when there was none. */
    long revisionOfRefusal(String taskId) {
        EndedTask refusal = refused.get(taskId);
        return refusal == null ? 0 : refusal.status().revision();
    }
}
