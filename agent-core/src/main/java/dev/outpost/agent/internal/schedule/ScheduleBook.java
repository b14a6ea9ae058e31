package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.Scheduler;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fires schedules into the task engine, whether the control center is there or not. Control loop only.
 *
 * <p>A wait never exceeds half a minute: the monotonic clock stands still while a machine sleeps, so the wall clock is looked
 * at anew. Firings missed meanwhile become one. A wall clock that is set back does not repeat a firing.
 */
public final class ScheduleBook {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration CLOCK_STEP = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final List<Entry> entries = new ArrayList<>();
    private final @Nullable Scheduler foreign;
    private final Scheduler scheduler;
    private final TaskEngine engine;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Guard guard;
    private final Counters counters;
    private boolean closed;

    /**
     * A book with these schedules, which do not run yet.
     *
     * @param foreign the host's scheduler, or null for the loop's own timers
     */
    public ScheduleBook(
            List<Schedule> schedules,
            @Nullable Scheduler foreign,
            TaskEngine engine,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Guard guard,
            Counters counters) {
        this.foreign = foreign;
        this.scheduler = foreign == null ? new LoopScheduler(timers, clock) : foreign;
        this.engine = engine;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.guard = guard;
        this.counters = counters;
        schedules.forEach(schedule -> entries.add(new Entry(schedule)));
    }

    private static final class Entry {
        private final Schedule schedule;
        private @Nullable Instant due;
        private Instant plannedAt = Instant.MIN;
        private long plannedNanos;
        private Scheduler.@Nullable Cancellable waiting;

        Entry(Schedule schedule) {
            this.schedule = schedule;
        }
    }

    /** Begins. */
    public void start() {
        Instant now = clock.instant();
        for (Entry entry : entries) {
            plan(entry, now);
        }
    }

    private void plan(Entry entry, Instant after) {
        String name = entry.schedule.name();
        Optional<Instant> failed = Optional.of(Instant.MIN);
        Optional<Instant> next =
                guard.call("trigger " + name, () -> entry.schedule.trigger().next(after), failed);
        if (next.isPresent() && !next.get().isAfter(after)) {
            counters.counter("schedules.trigger.failed", name).increment(); // it threw, or would fire for ever now
            timers.schedule(clock.nanoTime(), LONGEST_WAIT, () -> planAgain(entry));
            return;
        }
        entry.due = next.orElse(null);
        entry.plannedAt = clock.instant();
        entry.plannedNanos = clock.nanoTime();
        if (entry.due != null) {
            await(entry, entry.due);
        }
    }

    private void planAgain(Entry entry) {
        if (!closed) {
            plan(entry, clock.instant());
        }
    }

    /** Whether the wall clock was set back since the plan was made, which holds up whatever counts elapsed time. */
    private boolean isHeldUp(Entry entry, Instant now) {
        Instant expected = entry.plannedAt.plusNanos(clock.nanoTime() - entry.plannedNanos);
        return entry.schedule.trigger().countsElapsedTime() && now.isBefore(expected.minus(CLOCK_STEP));
    }

    private void await(Entry entry, Instant due) {
        Duration wait = Duration.between(clock.instant(), due);
        Duration capped = wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        Runnable onLoop = () -> wake(entry);
        Runnable command = foreign == null ? onLoop : () -> inbox.post(onLoop);
        Throwable failure = guard.run("scheduler", () -> entry.waiting = scheduler.schedule(command, capped));
        if (failure != null) {
            timers.schedule(clock.nanoTime() + AFTER_FAILURE.toNanos(), onLoop);
        }
    }

    private void wake(Entry entry) {
        Instant due = entry.due;
        if (closed || due == null) {
            return;
        }
        Instant now = clock.instant();
        if (now.isBefore(due)) {
            if (isHeldUp(entry, now)) {
                plan(entry, now);
            } else {
                await(entry, due);
            }
            return;
        }
        guard.run("schedule " + entry.schedule.name(), () -> fire(entry, due));
        plan(entry, now.isAfter(due) ? now : due);
    }

    private void fire(Entry entry, Instant due) {
        Schedule schedule = entry.schedule;
        TaskRequest template = schedule.template();
        String key = template.concurrencyKey() == null ? "schedule/" + schedule.name() : template.concurrencyKey();
        TaskRequest request = template.toBuilder()
                .id("schedule/" + schedule.name() + "/" + due)
                .concurrency(key, schedule.overlap())
                .build();
        counters.counter("schedules.fired", schedule.name()).increment();
        engine.submit(request, TaskOrigin.SCHEDULE);
    }

    /** Fires no more. */
    public void close() {
        closed = true;
        for (Entry entry : entries) {
            if (entry.waiting != null) {
                guard.run("scheduler", entry.waiting::cancel);
            }
        }
    }
}
