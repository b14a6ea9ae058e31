package dev.outpost.agent.schedule;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * SPI: decides when. Runs a short command once, after a delay.
 *
 * <p>The agent's schedules use it. By default they run on the timers of the control loop, which need no thread; a host that
 * already has a scheduler passes it with {@link #of}.
 *
 * <p><b>Thread:</b> {@link #schedule} is called on the control thread; the command may run on any thread, and only hands
 * the control loop a message. <b>Exactly once:</b> a command that is not cancelled runs once, not before its delay has
 * passed; one that runs late makes schedules late. <b>How many:</b> one command waits at a time, however many schedules there are, and
 * for half a minute at most. <b>Errors:</b> if {@link #schedule} throws, it is asked again after a second and the failure counted.
 */
@FunctionalInterface
public interface Scheduler {

    /**
     * Runs {@code command} once after {@code delay}.
     *
     * @param delay zero or more, monotonic
     */
    Cancellable schedule(Runnable command, Duration delay);

    /** Takes back what was scheduled. */
    @FunctionalInterface
    interface Cancellable {
        /** Prevents the run if it has not begun; idempotent, never blocks. */
        void cancel();
    }

    /** A scheduler on {@code executor}, which stays the caller's: it is not shut down. */
    static Scheduler of(ScheduledExecutorService executor) {
        return (command, delay) -> {
            ScheduledFuture<?> future = executor.schedule(command, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        };
    }
}
