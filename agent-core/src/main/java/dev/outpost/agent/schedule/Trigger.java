package dev.outpost.agent.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Decides when a piece of work runs next.
 *
 * <p>A trigger is a pure function of the instant it is given: it keeps no memory of earlier answers and reads no clock.
 * Implementations must be immutable and safe to call from any thread, must not block, and must answer with an instant
 * strictly later than the one they were asked about. One that throws, or does not go forward, is asked again after half a minute, and
 * counted. The agent asks on its control loop: many times in a row when firings were missed.
 *
 * <p>{@link Object#toString()} of the triggers made here is meant for people: {@code cron '0 3 * * *' in Europe/Berlin},
 * {@code every PT5S}, {@code at 2026-03-29T01:00:00Z}.
 */
public interface Trigger {

    /**
     * Returns the next instant to run at.
     *
     * @param after the instant to start from; never part of the answer
     * @return the first matching instant strictly after {@code after}, or empty when the trigger never fires again
     */
    Optional<Instant> next(Instant after);

    /**
     * Whether it counts time from its last firing, as {@link #every} does, and does not name dates. Then a wall clock that is
     * set back does not hold it up.
     */
    default boolean countsElapsedTime() {
        return false;
    }

    /**
     * A trigger that follows a cron expression on the wall clock of a time zone.
     *
     * @param expression five or six fields or a macro, as described at {@link CronExpression}
     * @param zone the time zone whose local time the fields describe
     * @return the trigger
     * @throws CronSyntaxException if the expression is malformed
     */
    static Trigger cron(String expression, ZoneId zone) {
        return CronExpression.parse(expression, zone);
    }

    /**
     * A trigger that follows a cron expression in UTC.
     *
     * @param expression five or six fields or a macro, as described at {@link CronExpression}
     * @return the trigger
     * @throws CronSyntaxException if the expression is malformed
     */
    static Trigger cron(String expression) {
        return CronExpression.parse(expression, ZoneId.of("UTC"));
    }

    /**
     * A trigger that fires at a fixed rate: one interval after the last firing was due, on elapsed time rather than the wall clock.
     *
     * @param interval the pause between two firings, at least one millisecond
     * @return the trigger
     * @throws IllegalArgumentException if the interval is shorter than one millisecond, zero or negative
     */
    static Trigger every(Duration interval) {
        return new EveryTrigger(interval, EveryTrigger.From.DUE);
    }

    /**
     * A trigger that fires with a fixed delay: one interval after the task of the last firing has ended.
     *
     * @param interval the pause between an end and the next firing, at least one millisecond
     * @return the trigger
     * @throws IllegalArgumentException if the interval is shorter than one millisecond, zero or negative
     */
    static Trigger afterEach(Duration interval) {
        return new EveryTrigger(interval, EveryTrigger.From.END);
    }

    /**
     * A trigger that fires on events of the host's, {@link dev.outpost.agent.Agent#emit}.
     *
     * @param type the event's type, 1 to 128 characters
     * @param debounce how long no further event must have come before it fires; zero for at once, at most one day. However dense
     *     the events are, it fires at the latest ten times as long after the first of them
     * @return the trigger
     * @throws IllegalArgumentException if a value is out of range
     */
    static Trigger onEvent(String type, Duration debounce) {
        return new EventTrigger(type, debounce);
    }

    /**
     * A trigger that fires each time that a condition holds.
     *
     * @param interval how long to wait between two looks, at least one millisecond
     * @param condition what to look at; may block for a moment, and is asked on a thread of the agent's
     * @return the trigger
     * @throws IllegalArgumentException if the interval is shorter than one millisecond, zero or negative
     */
    static Trigger poll(Duration interval, BooleanSupplier condition) {
        return new PollTrigger(interval, condition);
    }

    /**
     * A trigger that fires once.
     *
     * @param instant when to fire
     * @return a trigger that answers {@code instant} to every question about an earlier one, and empty afterwards
     */
    static Trigger at(Instant instant) {
        return new AtTrigger(instant);
    }
}
