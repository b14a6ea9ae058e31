package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.task.TaskStatus;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reports in the order of their making, until the control center has them. Bounded in number and in characters: beyond the bound the
 * oldest report that is not final goes first, and only if there is none the oldest of all; each counted. An agent without a control center
 * keeps none. Control loop only.
 */
public final class ReportBook implements ReportSource {

    private static final int MOST_REPORTS = 10_000;
    private static final long MOST_CHARS = 8L << 20;

    private static final Queue<Entry> NONE = new ArrayDeque<>(1);

    private final boolean hasReader;

    private final Set<Entry> sent = new LinkedHashSet<>();

    /** Those that are sent, by their task and in their order. */
    private final Map<String, Queue<Entry>> sentOf = new HashMap<>();

    /** These come after those that are sent. */
    private Set<Entry> unsent = new LinkedHashSet<>();

    /** Those of both that are not final. */
    private final Set<Entry> interims = new LinkedHashSet<>();

    private long chars;
    private final LongAdder acked;
    private final LongAdder dropped;

    /**
     * An empty book.
     *
     * @param hasReader whether there is a control center
     */
    public ReportBook(boolean hasReader, Counters counters) {
        this.hasReader = hasReader;
        acked = counters.counter("task.reports.acked");
        dropped = counters.counter("task.reports.dropped", "book_full");
    }

    /** Adds a report. */
    public void add(TaskStatus report) {
        if (!hasReader) {
            return;
        }
        Entry entry = new Entry(report);
        unsent.add(entry);
        if (!report.state().isFinal()) {
            interims.add(entry);
        }
        chars += ResultLimit.chars(report);
        while (size() > MOST_REPORTS || (chars > MOST_CHARS && size() > 1)) {
            dropped.increment();
            remove(first(!interims.isEmpty() ? interims : !sent.isEmpty() ? sent : unsent));
        }
    }

    private static Entry first(Set<Entry> entries) {
        return entries.iterator().next();
    }

    private void remove(Entry entry) {
        if (sent.remove(entry)) {
            String taskId = entry.report.taskId();
            Queue<Entry> ofTask = sentOf.get(taskId);
            if (ofTask != null && ofTask.remove(entry) && ofTask.isEmpty()) {
                sentOf.remove(taskId);
            }
        } else {
            unsent.remove(entry);
        }
        interims.remove(entry);
        chars -= ResultLimit.chars(entry.report);
    }

    @Override
    public @Nullable TaskReport nextToSend() {
        return unsent.isEmpty() ? null : new TaskReport(first(unsent).report);
    }

    @Override
    public void sent() {
        Entry entry = first(unsent);
        unsent.remove(entry);
        sent.add(entry);
        sentOf.computeIfAbsent(entry.report.taskId(), id -> new ArrayDeque<>(4)).add(entry);
    }

    @Override
    public void ack(String taskId, long revision) {
        Queue<Entry> ofTask = sentOf.getOrDefault(taskId, NONE);
        for (Entry next = ofTask.peek(); next != null && next.report.revision() <= revision; next = ofTask.peek()) {
            remove(next);
            acked.increment();
        }
    }

    @Override
    public void rewind() {
        Set<Entry> all = new LinkedHashSet<>(sent);
        all.addAll(unsent);
        sent.clear();
        sentOf.clear();
        unsent = all;
    }

    /** How many are not acknowledged. */
    public int size() {
        return sent.size() + unsent.size();
    }

    /** A report in its place; no two are equal. */
    private static final class Entry {

        private final TaskStatus report;

        Entry(TaskStatus report) {
            this.report = report;
        }
    }
}
