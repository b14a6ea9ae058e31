package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.Scheduler;
import java.time.Duration;

/** The default scheduler: timers of the control loop. Control loop only. */
public final class LoopScheduler implements Scheduler {

    private final Timers timers;
    private final AgentClock clock;

    /** A scheduler on {@code timers}. */
    public LoopScheduler(Timers timers, AgentClock clock) {
        this.timers = timers;
        this.clock = clock;
    }

    @Override
    public Cancellable schedule(Runnable command, Duration delay) {
        Timers.Timer timer = timers.schedule(clock.nanoTime(), delay, command);
        return () -> timers.cancel(timer);
    }
}
