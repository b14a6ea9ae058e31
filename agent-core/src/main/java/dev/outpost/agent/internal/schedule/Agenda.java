package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which schedule is due when. Control loop only.
 *
 * <p>Dates and elapsed time have a heap each, and both together have one {@link Alarm}: a schedule whose time is far off costs
 * nothing but its place in a heap. No wait exceeds half a minute, for the monotonic clock stands still while a machine sleeps.
 */
final class Agenda {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_DELAY = Duration.ofDays(36_500);

    /** What else the control loop has to do waits for so many firings. */
    private static final int PER_TURN = 64;

    private static final Optional<Instant> FAILED = Optional.of(Instant.MIN);

    private final Timers wall = new Timers();
    private final Timers elapsed = new Timers();
    private final ElapsedClock clock;
    private final Alarm alarm;
    private final Guard guard;
    private final Counters counters;
    private final Consumer<Entry> onDue;
    private final Runnable onCorrected;
    private boolean closed;

    /**
     * An agenda without schedules.
     *
     * @param foreign the host's scheduler, or null for the loop's own timers
     * @param onDue is told of a schedule whose time has come, which is on no heap then
     * @param onCorrected is told that the wall clock was wrong before
     */
    Agenda(
            @Nullable Scheduler foreign,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Guard guard,
            Counters counters,
            Consumer<Entry> onDue,
            Runnable onCorrected) {
        this.clock = new ElapsedClock(clock);
        this.alarm = new Alarm(foreign, timers, inbox, clock, guard, this::turn);
        this.guard = guard;
        this.counters = counters;
        this.onDue = onDue;
        this.onCorrected = onCorrected;
    }

    /** Reads the clocks; all that is asked about time until the next look is about this moment. */
    void look() {
        if (clock.look()) {
            counters.counter("schedules.clock.corrected").increment();
            onCorrected.run();
        }
    }

    /** The wall clock. */
    Instant now() {
        return clock.wall();
    }

    /** The present moment as a schedule counts it: jitter taken off, and a wall clock that was set back made up for. */
    Instant nowOf(Entry entry, Instant due) {
        return entry.kind == Entry.Kind.WALL
                ? clock.wall().minusNanos(entry.jitterNanos)
                : due.plusNanos(clock.elapsed() - entry.key);
    }

    /** Plans the first firing after an instant, which is not to be before those that are dealt with. */
    void plan(Entry entry, Instant from) {
        Optional<Instant> next = guard.call(
                "trigger", () -> entry.ofTrigger(() -> Backlog.after(entry.schedule.trigger(), from)), FAILED);
        if (next.equals(FAILED)) {
            planLater(entry);
        } else if (next.isEmpty()) {
            rest(entry);
        } else if (entry.kind == Entry.Kind.WALL) {
            put(entry, next.get(), wallKey(entry, next.get()));
        } else {
            Instant zero = from.isAfter(now()) ? from : now();
            after(entry, next.get(), Duration.between(zero, next.get()));
        }
    }

    /** The wall clock has been there before: when it comes there again, no time has passed by that. */
    void wallWasAt(Instant instant) {
        clock.wallWasAt(instant);
    }

    /** Calls a firing that is planned by elapsed time by the present wall clock. */
    void nameAnew(Entry entry) {
        Instant due = now().plusNanos(Math.max(0, entry.key - clock.elapsed()));
        entry.standing = entry.standing.planned(due, due);
    }

    /** Plans a firing after some time, jitter not counted. */
    void after(Entry entry, Instant due, Duration delay) {
        put(entry, due, clock.elapsed() + nanos(delay) + entry.jitterNanos);
    }

    /** Plans the firing that follows the one which was due. */
    void follow(Entry entry, Instant due, Instant next) {
        boolean dated = entry.kind == Entry.Kind.WALL;
        put(entry, next, dated ? wallKey(entry, next) : entry.key + nanos(Duration.between(due, next)));
    }

    /** A trigger that failed is asked again. */
    void planLater(Entry entry) {
        counters.counter("schedules.trigger.failed").increment();
        rest(entry);
        if (!entry.standing.paused()) {
            wait(entry, elapsed, clock.elapsed() + LONGEST_WAIT.toNanos());
        }
    }

    private void wait(Entry entry, Timers heap, long key) {
        entry.heap = heap;
        entry.timer = heap.schedule(key, () -> {
            entry.timer = null;
            onDue.accept(entry);
        });
    }

    /** No firing is planned. */
    void rest(Entry entry) {
        takeOff(entry);
        entry.standing = entry.standing.planned(null, null);
    }

    private void put(Entry entry, Instant due, long key) {
        takeOff(entry);
        entry.key = key;
        boolean dated = entry.kind == Entry.Kind.WALL;
        entry.standing = entry.standing.planned(
                due, dated ? due.plusNanos(entry.jitterNanos) : now().plusNanos(key - clock.elapsed()));
        resume(entry);
    }

    /** Waits for what is planned; when the schedule is paused, once it is resumed. */
    void resume(Entry entry) {
        if (!entry.standing.paused() && entry.standing.due() != null) {
            wait(entry, entry.kind == Entry.Kind.WALL ? wall : elapsed, entry.key);
        }
    }

    /** Waits no more, and leaves the plan as it is. */
    void takeOff(Entry entry) {
        if (entry.heap != null) {
            entry.heap.cancel(entry.timer);
        }
        entry.timer = null;
    }

    /** The time that has passed, in nanoseconds from an arbitrary origin. */
    long elapsed() {
        return clock.elapsed();
    }

    /** Deals with what is due. */
    void turn() {
        if (!closed) {
            look();
            elapsed.fire(clock.elapsed(), PER_TURN);
            wall.fire(clock.wallNanos(), PER_TURN);
            arm();
        }
    }

    /** Sees to it that the next firing wakes us. */
    void arm() {
        long wait = Math.min(elapsed.nanosToNext(clock.elapsed()), wall.nanosToNext(clock.wallNanos()));
        if (closed || wait == Long.MAX_VALUE) {
            alarm.cancel();
        } else {
            alarm.set(Math.min(wait, LONGEST_WAIT.toNanos()));
        }
    }

    /** Wakes nobody any more. */
    void close() {
        closed = true;
        alarm.cancel();
    }

    private static long nanos(Duration delay) {
        return delay.compareTo(LONGEST_DELAY) > 0
                ? LONGEST_DELAY.toNanos()
                : delay.negated().compareTo(LONGEST_DELAY) > 0 ? -LONGEST_DELAY.toNanos() : delay.toNanos();
    }

    /** Nanoseconds since 1970, cut to the years 1970 to 2262, so that differences do not overflow. */
    private static long wallKey(Entry entry, Instant due) {
        Instant at = due.plusNanos(entry.jitterNanos);
        if (at.getEpochSecond() < 0) {
            return 0;
        }
        return at.getEpochSecond() >= Long.MAX_VALUE / 1_000_000_000L
                ? Long.MAX_VALUE
                : at.getEpochSecond() * 1_000_000_000L + at.getNano();
    }
}
