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
 * @param next when it fires next, jitter included, or null: never again, or not by time
 * @param last when it fired last, or null
 * @param fired how often it has fired since the agent started
 * @param missed how many firings could not happen in time since then
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
