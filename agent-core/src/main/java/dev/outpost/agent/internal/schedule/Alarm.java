package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.Scheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the book: one command waits in the scheduler, however many schedules there are. Control loop only.
 *
 * <p>It may ring earlier than it was last set to, and never later: setting it to a later time changes nothing.
 */
final class Alarm {

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final @Nullable Scheduler foreign;
    private final Scheduler scheduler;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Guard guard;
    private final Runnable onRing;
    private Scheduler.@Nullable Cancellable waiting;
    private boolean set;
    private long deadline;
    private long setting;

    /**
     * An alarm that is not set.
     *
     * @param foreign the host's scheduler, or null for the loop's own timers
     */
    Alarm(@Nullable Scheduler foreign, Timers timers, Inbox inbox, AgentClock clock, Guard guard, Runnable onRing) {
        this.foreign = foreign;
        this.scheduler = foreign == null ? new LoopScheduler(timers, clock) : foreign;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.guard = guard;
        this.onRing = onRing;
    }

    /** Rings in so many nanoseconds at the latest. */
    void set(long nanos) {
        long wanted = clock.nanoTime() + nanos;
        if (set && deadline - wanted <= 0) {
            return;
        }
        cancel();
        set = true;
        deadline = wanted;
        long number = setting;
        Runnable onLoop = () -> ring(number);
        Runnable command = foreign == null ? onLoop : () -> inbox.post(onLoop);
        Throwable failure =
                guard.run("scheduler", () -> waiting = scheduler.schedule(command, Duration.ofNanos(nanos)));
        if (failure != null) {
            timers.schedule(clock.nanoTime(), AFTER_FAILURE, onLoop);
        }
    }

    /** A command that was taken back too late, or is run twice, rings nothing. */
    private void ring(long number) {
        if (set && number == setting) {
            setting++;
            set = false;
            waiting = null;
            onRing.run();
        }
    }

    /** Does not ring. */
    void cancel() {
        setting++;
        set = false;
        Scheduler.Cancellable before = waiting;
        waiting = null;
        if (before != null) {
            guard.run("scheduler", before::cancel);
        }
    }
}
