package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.task.TaskStatus;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
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

    private final boolean hasReader;

    /** All reports by their place; those before {@link #nextToSend} are sent. */
    private final TreeMap<Long, TaskStatus> reports = new TreeMap<>();

    /** The places of those that are not final. */
    private final TreeSet<Long> interims = new TreeSet<>();

    private long nextPlace;
    private long nextToSend;
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
        long place = nextPlace++;
        reports.put(place, report);
        if (!report.state().isFinal()) {
            interims.add(place);
        }
        chars += ResultLimit.chars(report);
        while (size() > MOST_REPORTS || (chars > MOST_CHARS && size() > 1)) {
            dropped.increment();
            remove(interims.isEmpty() ? reports.firstKey() : interims.first());
        }
    }

    private void remove(long place) {
        TaskStatus report = reports.remove(place);
        if (report != null) {
            interims.remove(place);
            chars -= ResultLimit.chars(report);
        }
    }

    @Override
    public @Nullable TaskReport nextToSend() {
        Map.Entry<Long, TaskStatus> next = reports.ceilingEntry(nextToSend);
        return next == null ? null : new TaskReport(next.getValue());
    }

    @Override
    public void sent() {
        nextToSend = reports.ceilingKey(nextToSend) + 1;
    }

    @Override
    public void ack(String taskId, long revision) {
        for (Iterator<Map.Entry<Long, TaskStatus>> each =
                        reports.headMap(nextToSend).entrySet().iterator();
                each.hasNext(); ) {
            Map.Entry<Long, TaskStatus> entry = each.next();
            TaskStatus report = entry.getValue();
            if (report.taskId().equals(taskId) && report.revision() <= revision) {
                each.remove();
                interims.remove(entry.getKey());
                chars -= ResultLimit.chars(report);
                acked.increment();
                if (report.revision() == revision) {
                    return; // those before it came earlier in the book
                }
            }
        }
    }

    @Override
    public void rewind() {
        nextToSend = 0;
    }

    /** How many are not acknowledged. */
    public int size() {
        return reports.size();
    }
}
