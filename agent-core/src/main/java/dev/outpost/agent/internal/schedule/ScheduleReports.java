package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.ScheduleReport;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.ScheduleStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the control center is told of schedules: those that have changed, each once however often it has. Nobody acknowledges
 * these reports; a new session begins with all. Control loop only.
 */
final class ScheduleReports implements ReportSource {

    private static final int MOST_PER_REPORT = 1_000;
    private static final int MOST_PROBLEMS = 100;
    private static final Duration BETWEEN_FIRINGS = Duration.ofMinutes(1);

    private final Supplier<String> version;
    private final IntSupplier total;
    private final Timers timers;
    private final AgentClock clock;
    private final Deque<Entry> changed = new ArrayDeque<>();
    private String refusedVersion = "";
    private List<String> problems = List.of();
    private boolean wanted;
    private boolean timing;
    private @Nullable ScheduleReport next;

    ScheduleReports(Supplier<String> version, IntSupplier total, Timers timers, AgentClock clock) {
        this.version = version;
        this.total = total;
        this.timers = timers;
        this.clock = clock;
    }

    /** A schedule has fired, say: that is told within a minute. */
    void changed(Entry entry) {
        mark(entry);
        if (!wanted && !timing) {
            timing = true;
            timers.schedule(clock.nanoTime(), BETWEEN_FIRINGS, () -> {
                timing = false;
                wanted |= !changed.isEmpty();
            });
        }
    }

    private void mark(Entry entry) {
        if (!entry.toReport) {
            entry.toReport = true;
            changed.add(entry);
        }
    }

    /** All that has changed is told at once, and so is a report on nothing. */
    void sendNow() {
        wanted = true;
    }

    /** A set was refused. */
    void refused(String setVersion, Collection<String> why) {
        refusedVersion = setVersion;
        problems = why.stream().limit(MOST_PROBLEMS).toList();
        wanted = true;
    }

    /** A session begins: all is told, unless there is nothing to tell. */
    void sendAll(Collection<Entry> entries) {
        next = null;
        entries.forEach(this::mark);
        wanted = !entries.isEmpty() || !version.get().isEmpty();
    }

    @Override
    public @Nullable AgentMessage nextToSend() {
        if (next == null && wanted) {
            List<ScheduleStatus> statuses = new ArrayList<>();
            while (!changed.isEmpty() && statuses.size() < MOST_PER_REPORT) {
                Entry entry = changed.remove();
                entry.toReport = false;
                if (!entry.removed) {
                    statuses.add(entry.status());
                }
            }
            next = new ScheduleReport(version.get(), statuses, total.getAsInt(), refusedVersion, problems);
            refusedVersion = "";
            problems = List.of();
            wanted = statuses.size() == MOST_PER_REPORT && !changed.isEmpty();
        }
        return next;
    }

    @Override
    public void sent() {
        next = null;
    }

    @Override
    public void ack(String taskId, long revision) {
        // not for these
    }

    @Override
    public void rewind() {
        next = null; // the next session begins with all
    }
}
