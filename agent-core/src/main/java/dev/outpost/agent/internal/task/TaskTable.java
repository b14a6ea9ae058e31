package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.TaskRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Which tasks there are, live and ended, and what work they do. Control loop only, but for {@link #waiting}. */
final class TaskTable {

    /** What the arguments of all live tasks may have together: a few requests can be as large as a message. */
    static final long MOST_CHARS = 16L << 20;

    private final EndedTasks ended;
    private final IntSupplier running;
    private final Map<String, Task> live = new LinkedHashMap<>();
    private final Map<String, String> liveWork = new HashMap<>();
    private final Set<String> kept = new HashSet<>();
    private Runnable counted = () -> {};
    private long nextOrder;
    private long chars;
    private volatile int waiting;

    /**
     * Without tasks.
     *
     * @param running how many of the live ones have an attempt that runs
     */
    TaskTable(EndedTasks ended, IntSupplier running) {
        this.ended = ended;
        this.running = running;
    }

    EndedTasks ended() {
        return ended;
    }

    @Nullable Task find(String taskId) {
        return live.get(taskId);
    }

    boolean isLive(Task task) {
        return live.get(task.id()) == task;
    }

    boolean isKnown(String taskId) {
        return live.containsKey(taskId) || ended.find(taskId) != null;
    }

    boolean isEmpty() {
        return live.isEmpty();
    }

    /** The live tasks as they are now. */
    List<Task> live() {
        return List.copyOf(live.values());
    }

    /** The place of the next task among all. */
    long nextOrder() {
        return nextOrder++;
    }

    /** A task of an earlier life had this place: all further ones come after it. */
    void orderTaken(long order) {
        nextOrder = Math.max(nextOrder, order + 1);
    }

    void add(Task task) {
        live.put(task.id(), task);
        chars += RequestSize.chars(task.request);
        count();
    }

    void remove(Task task) {
        if (live.remove(task.id()) != null) {
            chars -= RequestSize.chars(task.request);
        }
        String work = work(task.request);
        if (work != null) {
            liveWork.remove(work, task.id());
        }
        count();
    }

    /** The agent closes, and leaves the task to its next life. */
    void keep(Task task) {
        remove(task);
        kept.add(task.id());
    }

    /** Whether the next life of the agent goes on with the task. */
    boolean isKept(String taskId) {
        return kept.contains(taskId);
    }

    /** Names the work of a task over all ids; null when nobody asked for that. */
    static @Nullable String work(TaskRequest request) {
        return request.idempotencyKey() == null ? null : request.type() + "/" + request.idempotencyKey();
    }

    /**
     * The task does its work, unless another does it or has done it.
     *
     * @return the id of that other task, or null
     */
    @Nullable String claimWork(Task task) {
        String work = work(task.request);
        if (work == null) {
            return null;
        }
        String other = liveWork.getOrDefault(work, ended.whoDid(work));
        if (other == null) {
            liveWork.put(work, task.id());
        }
        return other;
    }

    /** Who is told whenever the number of those that wait may have changed; one, and told in the midst of a transition. */
    void onCount(Runnable watcher) {
        this.counted = watcher;
    }

    /** The number of running attempts has changed. */
    void count() {
        waiting = live.size() - running.getAsInt();
        counted.run();
    }

    /** Whether one more may come where so many may wait; one that is larger than all may be comes when nothing else is there. */
    boolean hasRoomFor(TaskRequest request, int capacity) {
        return waiting < capacity && (live.isEmpty() || chars + RequestSize.chars(request) <= MOST_CHARS);
    }

    /** Why there is no room. */
    String whyFull(int capacity) {
        return waiting >= capacity
                ? "busy: " + waiting + " tasks wait already"
                : "busy: the arguments of the tasks that are here have " + chars + " characters already";
    }

    /** How many wait, for whatever; any thread. */
    int waiting() {
        return waiting;
    }

    @Override
    public String toString() {
        return live.keySet().toString();
    }
}
