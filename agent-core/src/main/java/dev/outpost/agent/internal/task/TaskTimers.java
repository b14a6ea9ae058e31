package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What waits for the time with one task: at most one command of each kind. Control loop only. */
final class TaskTimers {

    /** The monotonic clock stands still while a machine sleeps, so the wall clock is looked at anew at the latest after this. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    enum Kind {
        /** The time at which it may begin. */
        BEGIN,
        /** The time by which it must have begun. */
        EXPIRY,
        /** The time by which it must have ended. */
        DEADLINE,
        /** The next attempt. */
        RETRY,
        /** How long the control center may be away. */
        DISCONNECT
    }

    private final Timers timers;
    private final AgentClock clock;
    private final Map<Kind, Timers.Timer> set = new EnumMap<>(Kind.class);

    TaskTimers(Timers timers, AgentClock clock) {
        this.timers = timers;
        this.clock = clock;
    }

    /** Runs {@code command} after {@code delay}, in place of what was set for this kind. */
    void after(Kind kind, Duration delay, Runnable command) {
        cancel(kind);
        set.put(kind, timers.schedule(clock.nanoTime(), delay, () -> {
            set.remove(kind);
            command.run();
        }));
    }

    /** Runs {@code command} when the wall clock has come to an instant; at once when it is there. */
    void at(Kind kind, long epochNanos, Runnable command) {
        long wait = epochNanos - clock.epochNanos();
        if (wait <= 0) {
            cancel(kind);
            command.run();
            return;
        }
        Duration capped = Duration.ofNanos(Math.min(wait, LONGEST_WAIT.toNanos()));
        after(kind, capped, () -> at(kind, epochNanos, command));
    }

    /** Runs {@code command} after a time of which a part has passed on the wall clock already. */
    void afterSince(Kind kind, long sinceEpochNanos, Duration delay, Runnable command) {
        long passed = Math.max(0, clock.epochNanos() - sinceEpochNanos);
        after(kind, delay.minusNanos(Math.min(passed, TimeUnit.DAYS.toNanos(36_500))), command);
    }

    void cancel(Kind kind) {
        Timers.@Nullable Timer timer = set.remove(kind);
        timers.cancel(timer);
    }

    void cancelAll() {
        set.values().forEach(timers::cancel);
        set.clear();
    }
}
