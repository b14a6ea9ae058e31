package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Schedules;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** The book as the host sees it. Thread-safe: looks at what the loop has published, and sends the rest there. */
final class HostSchedules implements Schedules {

    private final ScheduleBook book;
    private final Predicate<Runnable> loop;
    private final Counters counters;

    /**
     * A view of the book.
     *
     * @param loop runs a command on the control loop, or says that it does not run
     */
    HostSchedules(ScheduleBook book, Predicate<Runnable> loop, Counters counters) {
        this.book = book;
        this.loop = loop;
        this.counters = counters;
    }

    @Override
    public List<ScheduleStatus> list() {
        return book.entries().stream()
                .map(Entry::status)
                .sorted(Comparator.comparing(ScheduleStatus::name))
                .toList();
    }

    @Override
    public List<Instant> preview(String name, int count) {
        return book.preview(name, count);
    }

    @Override
    public void pause(String name) {
        post(() -> book.pause(name));
    }

    @Override
    public void resume(String name) {
        post(() -> book.resume(name));
    }

    @Override
    public void trigger(String name) {
        post(() -> book.trigger(name));
    }

    private void post(Runnable command) {
        if (!loop.test(command)) {
            counters.counter("schedules.commands.dropped").increment();
        }
    }
}
