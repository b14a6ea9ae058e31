package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AtTrigger;
import dev.outpost.agent.schedule.CronExpression;
import dev.outpost.agent.schedule.EventTrigger;
import dev.outpost.agent.schedule.EveryTrigger;
import dev.outpost.agent.schedule.PollTrigger;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.schedule.Trigger;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One schedule in the book. Control loop only, but for what is final and {@link #standing}. */
final class Entry {

    private static final int MOST_DESCRIPTION_CHARS = 256;

    /** What makes it fire. */
    enum Kind {
        /** Dates on the wall clock. */
        WALL,
        /** Time that has passed since the last firing was due. */
        ELAPSED,
        /** Time that has passed since the end of the last firing's task. */
        AFTER_END,
        /** Events. */
        EVENT,
        /** A condition, looked at whenever so much time has passed. */
        POLL
    }

    final Schedule schedule;
    final boolean pushed;
    final Kind kind;
    final long jitterNanos;

    /** Tells one trigger from another over restarts, as far as its words do. */
    final int fingerprint;

    private final @Nullable String description;

    volatile Standing standing;

    /** When the next firing is due, jitter included: on the wall clock or in elapsed time, as the kind says. */
    long key;

    @Nullable Timers heap;

    Timers.@Nullable Timer timer;

    /** The newest event that waits to lead to a firing, and when the first of those came; elapsed time. */
    @Nullable Event event;

    long firstEventAt;

    boolean asked;
    boolean removed;
    boolean toReport;

    Entry(Schedule schedule, boolean pushed, String agentId, Instant now) {
        this.schedule = schedule;
        this.pushed = pushed;
        this.kind = kindOf(schedule.trigger());
        this.jitterNanos = Jitter.of(agentId, schedule.name(), schedule.jitter());
        this.standing = Standing.of(schedule.paused(), null, now);
        String words = describe(schedule.trigger());
        this.fingerprint = words.hashCode();
        this.description = isOurs(schedule.trigger()) ? null : words;
    }

    private static Kind kindOf(Trigger trigger) {
        if (trigger instanceof EveryTrigger every) {
            return every.from() == EveryTrigger.From.END ? Kind.AFTER_END : Kind.ELAPSED;
        }
        if (trigger instanceof EventTrigger) {
            return Kind.EVENT;
        }
        if (trigger instanceof PollTrigger) {
            return Kind.POLL;
        }
        return trigger.countsElapsedTime() ? Kind.ELAPSED : Kind.WALL;
    }

    /** Ours describe themselves anew whenever that is wanted; what others wrote is asked once, and not on the loop. */
    private static boolean isOurs(Trigger trigger) {
        return trigger instanceof CronExpression
                || trigger instanceof EveryTrigger
                || trigger instanceof AtTrigger
                || trigger instanceof EventTrigger
                || trigger instanceof PollTrigger;
    }

    private static String describe(Trigger trigger) {
        try {
            String words = String.valueOf(trigger.toString());
            return words.substring(0, Math.min(words.length(), MOST_DESCRIPTION_CHARS));
        } catch (Throwable t) { // user code: any Error must be survived as well
            return trigger.getClass().getName();
        }
    }

    String name() {
        return schedule.name();
    }

    /** Calls code of the trigger's; what it throws names the schedule, for the counters do not. */
    <T> T ofTrigger(Callable<T> call) {
        try {
            return call.call();
        } catch (Throwable t) { // user code: any Error must be survived as well
            throw new IllegalStateException(
                    "of schedule '" + name() + "': " + t.getClass().getName(), t);
        }
    }

    /** As it stands now; any thread. */
    ScheduleStatus status() {
        Standing now = standing;
        return new ScheduleStatus(
                name(),
                description == null ? schedule.trigger().toString() : description,
                pushed,
                now.paused(),
                now.paused() || kind == Kind.POLL ? null : now.next(),
                now.last(),
                now.fired(),
                now.missed());
    }
}
