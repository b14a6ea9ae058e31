package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.journal.Journal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/** A journal whose disk writes when the test says so. */
final class HandJournal implements Journal {

    final Map<String, byte[]> durable = new LinkedHashMap<>();

    /** Every change, in words. */
    final List<String> changes = new ArrayList<>();

    private final Map<String, byte[]> present = new LinkedHashMap<>();
    private final Queue<Consumer<Boolean>> waiting = new ArrayDeque<>();
    private boolean changed;
    boolean byItself = true;
    boolean failing;
    boolean beingRead;

    @Override
    public void put(String key, byte[] value) {
        changes.add("put " + key);
        present.put(key, value);
        changed = true;
    }

    @Override
    public void remove(String key) {
        changes.add("remove " + key);
        present.remove(key);
        changed = true;
    }

    @Override
    public void whenDurable(Consumer<Boolean> then) {
        if (failing) {
            then.accept(false);
            return;
        }
        if (!changed) {
            then.accept(true);
            return;
        }
        waiting.add(then);
        if (byItself) {
            commit();
        }
    }

    /** All that was changed so far is on the disk. */
    void commit() {
        changed = false;
        durable.clear();
        durable.putAll(present);
        int now = waiting.size();
        for (int i = 0; i < now; i++) {
            waiting.remove().accept(true);
        }
    }

    @Override
    public String id() {
        return "by-hand";
    }

    @Override
    public boolean remembers() {
        return true;
    }

    @Override
    public boolean isBeingRead() {
        return beingRead;
    }

    @Override
    public boolean isHealthy() {
        return !failing;
    }
}
