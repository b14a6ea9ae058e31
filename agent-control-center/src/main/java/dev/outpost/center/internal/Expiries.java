package dev.outpost.center.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/** Tasks of all agents that are to be ended here at some time: those that wait to be sent and expire if they are not. Thread-safe. */
final class Expiries {

    private final NavigableSet<DispatchedTask> waiting = new ConcurrentSkipListSet<>(
            Comparator.comparing(DispatchedTask::expiry).thenComparingLong(DispatchedTask::number));

    private final Set<DispatchedTask> retried = ConcurrentHashMap.newKeySet();

    /** Adds one that should have ended already, and could not be stored: it is due until it is removed. */
    void retry(DispatchedTask task) {
        retried.add(task);
    }

    /** Without effect when it waits already, or never expires. */
    void add(DispatchedTask task) {
        if (task.request().notAfter() != null) {
            waiting.add(task);
        }
    }

    void remove(DispatchedTask task) {
        retried.remove(task);
        if (task.request().notAfter() != null) {
            waiting.remove(task);
        }
    }

    /** Those that must have begun before {@code now}; they stay until they are removed. */
    List<DispatchedTask> due(Instant now) {
        List<DispatchedTask> due = new ArrayList<>(retried);
        for (DispatchedTask task : waiting) {
            if (!now.isAfter(task.expiry())) {
                break;
            }
            if (!retried.contains(task)) {
                due.add(task);
            }
        }
        return due;
    }

    int size() {
        return waiting.size();
    }
}
