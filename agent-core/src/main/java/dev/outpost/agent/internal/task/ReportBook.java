package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.task.TaskStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reports in the order of their making, until the control center has them. Bounded in number and in characters: beyond the bound the oldest report that
 * is not final goes first, and only if there is none the oldest of all; each counted. Control loop only.
 */
public final class ReportBook implements ReportSource {

    private static final int MOST_REPORTS = 10_000;
    private static final long MOST_CHARS = 8L << 20;

    private final Deque<TaskStatus> waiting = new ArrayDeque<>();
    private final Deque<TaskStatus> sent = new ArrayDeque<>();
    private long chars;
    private final LongAdder acked;
    private final LongAdder dropped;

    /** An empty book. */
    public ReportBook(Counters counters) {
        acked = counters.counter("task.reports.acked");
        dropped = counters.counter("task.reports.dropped", "book_full");
    }

    /** Adds a report. */
    public void add(TaskStatus report) {
        chars += ResultLimit.chars(report);
        waiting.add(report);
        while (size() > MOST_REPORTS || (chars > MOST_CHARS && size() > 1)) {
            dropOne();
        }
    }

    private void dropOne() {
        dropped.increment();
        if (!dropFirstInterim(sent) && !dropFirstInterim(waiting)) {
            Deque<TaskStatus> older = sent.isEmpty() ? waiting : sent;
            chars -= ResultLimit.chars(older.remove());
        }
    }

    private boolean dropFirstInterim(Deque<TaskStatus> reports) {
        for (Iterator<TaskStatus> each = reports.iterator(); each.hasNext(); ) {
            TaskStatus report = each.next();
            if (!report.state().isFinal()) {
                each.remove();
                chars -= ResultLimit.chars(report);
                return true;
            }
        }
        return false;
    }

    @Override
    public @Nullable TaskReport nextToSend() {
        TaskStatus next = waiting.peek();
        return next == null ? null : new TaskReport(next);
    }

    @Override
    public void sent() {
        sent.add(waiting.remove());
    }

    @Override
    public void ack(String taskId, long revision) {
        for (Iterator<TaskStatus> each = sent.iterator(); each.hasNext(); ) {
            TaskStatus report = each.next();
            if (report.taskId().equals(taskId) && report.revision() <= revision) {
                each.remove();
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
        while (!sent.isEmpty()) {
            waiting.addFirst(sent.removeLast());
        }
    }

    /** How many are not acknowledged. */
    public int size() {
        return waiting.size() + sent.size();
    }
}
