package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskStatus;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of tasks that have ended, so that none is run a second time: the newest, bounded in number and in
 * characters. A refused task may come again; only its revision is remembered, for a report must not be older than the one
 * before. Control loop only.
 */
final class EndedTasks {

    private static final int MOST_TASKS = 10_000;
    private static final long MOST_CHARS = 4L << 20;

    private final Map<String, TaskStatus> ended = new LinkedHashMap<>();
    private final Map<String, Long> refused = new LinkedHashMap<>();
    private long chars;

    void add(TaskStatus last) {
        ended.put(last.taskId(), last);
        chars += ResultLimit.chars(last);
        Iterator<TaskStatus> oldest = ended.values().iterator();
        while (ended.size() > MOST_TASKS || (chars > MOST_CHARS && ended.size() > 1)) {
            chars -= ResultLimit.chars(oldest.next());
            oldest.remove();
        }
    }

    @Nullable TaskStatus find(String taskId) {
        return ended.get(taskId);
    }

    /** The revision of the refusal of a task: after that of an earlier one. */
    long nextRefusal(String taskId) {
        long revision = revisionOfRefusal(taskId) + 1;
        refused.put(taskId, revision);
        if (refused.size() > MOST_TASKS) {
            refused.remove(refused.keySet().iterator().next());
        }
        return revision;
    }

    /** The revision of the last refusal, 0 when there was none. */
    long revisionOfRefusal(String taskId) {
        return refused.getOrDefault(taskId, 0L);
    }
}
