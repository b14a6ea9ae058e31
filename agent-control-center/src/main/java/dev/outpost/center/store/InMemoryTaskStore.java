package dev.outpost.center.store;

import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The task store in memory. Guarded by itself. */
final class InMemoryTaskStore implements TaskStore {

    private final int mostOfAgent;
    private final int most;
    private final long mostChars;
    private final Map<String, Tasks> agents = new LinkedHashMap<>();
    private final Map<Key, Long> history = new LinkedHashMap<>(); // what each takes, the oldest first
    private long chars;

    InMemoryTaskStore(int mostOfAgent, int most, long mostChars) {
        this.mostOfAgent = mostOfAgent;
        this.most = most;
        this.mostChars = mostChars;
    }

    private record Key(String agentId, String taskId) {}

    private static final class Tasks {
        final Map<String, TaskRecord> open = new LinkedHashMap<>();
        final Map<String, TaskRecord> past = new LinkedHashMap<>();

        Optional<TaskRecord> get(String taskId) {
            TaskRecord record = open.get(taskId);
            return Optional.ofNullable(record == null ? past.get(taskId) : record);
        }
    }

    @Override
    public synchronized Optional<TaskRecord> add(TaskRecord record) {
        Optional<TaskRecord> known = task(record.agentId(), record.taskId());
        if (known.isEmpty()) {
            put(record);
        }
        return known;
    }

    @Override
    public synchronized void put(TaskRecord record) {
        Key key = new Key(record.agentId(), record.taskId());
        Tasks tasks = agents.computeIfAbsent(record.agentId(), id -> new Tasks());
        leaveHistory(key, tasks);
        if (record.isOpen()) {
            tasks.open.put(record.taskId(), record);
            return;
        }
        tasks.open.remove(record.taskId());
        tasks.past.put(record.taskId(), record);
        long size = size(record);
        history.put(key, size);
        chars += size;
        if (tasks.past.size() > mostOfAgent) {
            forget(new Key(record.agentId(), tasks.past.keySet().iterator().next()));
        }
        while (history.size() > most || (chars > mostChars && history.size() > 1)) {
            forget(history.keySet().iterator().next());
        }
    }

    private void leaveHistory(Key key, Tasks tasks) {
        Long size = history.remove(key);
        if (size != null) {
            chars -= size;
            tasks.past.remove(key.taskId());
        }
    }

    private void forget(Key key) {
        Tasks tasks = Objects.requireNonNull(agents.get(key.agentId()), "a past task has an agent");
        leaveHistory(key, tasks);
        if (tasks.past.isEmpty() && tasks.open.isEmpty()) {
            agents.remove(key.agentId());
        }
    }

    private static long size(TaskRecord record) {
        TaskRequest request = record.request();
        TaskStatus status = record.status();
        return (request == null ? 0 : size(request.arguments()))
                + (status == null ? 0 : status.detail().length() + size(status.output()));
    }

    private static long size(Map<String, String> texts) {
        return texts.entrySet().stream()
                .mapToLong(
                        text -> (long) text.getKey().length() + text.getValue().length())
                .sum();
    }

    @Override
    public synchronized Optional<TaskRecord> task(String agentId, String taskId) {
        Tasks tasks = agents.get(agentId);
        return tasks == null ? Optional.empty() : tasks.get(taskId);
    }

    @Override
    public synchronized List<TaskRecord> tasks(String agentId) {
        Tasks tasks = agents.get(agentId);
        if (tasks == null) {
            return List.of();
        }
        List<TaskRecord> all = new ArrayList<>(tasks.past.values());
        all.addAll(tasks.open.values());
        all.sort(Comparator.comparing(TaskRecord::since));
        return List.copyOf(all);
    }

    @Override
    public synchronized List<TaskRecord> open() {
        List<TaskRecord> all = new ArrayList<>();
        agents.values().forEach(tasks -> all.addAll(tasks.open.values()));
        return List.copyOf(all);
    }

    @Override
    public boolean mayBlock() {
        return false;
    }
}
