package dev.outpost.agent.schedule;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a schedule stands.
 *
 * @param name which
 * @param trigger when it fires, for people
 * @param pushed whether it came from the control center, and not from the program
 * @param paused whether it waits to be resumed
 * @param next when it fires next on the wall clock, jitter included; null when it is paused, waits for an event, a condition or the
 *     end of its task, or never fires again
 * @param last when it fired last, asked for or by itself, or null
 * @param fired how often it has fired since the agent started
 * @param missed how many firings could not happen in time since then; at least so many when there were more than 1,000 at once
 */
public record ScheduleStatus(
        String name,
        String trigger,
        boolean pushed,
        boolean paused,
        @Nullable Instant next,
        @Nullable Instant last,
        long fired,
        long missed) {

    /** Checks for null. */
    public ScheduleStatus {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(trigger, "trigger");
    }
}
