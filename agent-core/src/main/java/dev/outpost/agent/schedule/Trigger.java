package dev.outpost.agent.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * Decides when a piece of work runs next.
 *
 * <p>A trigger is a pure function of the instant it is given: it keeps no memory of earlier answers and reads no clock.
 * Implementations must be immutable and safe to call from any thread, must not block, and must answer with an instant
 * strictly later than the one they were asked about: a scheduler that trusts them would otherwise spin.
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
     * A trigger that fires one interval after the instant it is asked about, on elapsed time rather than the wall clock.
     *
     * @param interval the pause between two runs, at least one millisecond
     * @return the trigger
     * @throws IllegalArgumentException if the interval is shorter than one millisecond, zero or negative
     */
    static Trigger every(Duration interval) {
        return new EveryTrigger(interval);
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
