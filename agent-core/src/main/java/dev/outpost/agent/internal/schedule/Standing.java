package dev.outpost.agent.internal.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a schedule stands; replaced as a whole, so that any thread may look at it.
 *
 * @param paused whether it waits to be resumed
 * @param due the next firing that is not dealt with, jitter not included; null when there is none, or none that time brings
 * @param next when that is on the wall clock, jitter included; or null
 * @param last when it fired last, or null
 * @param through the newest firing that is dealt with, fired or left out; before the first, when the schedule was first seen
 * @param fired how often it has fired
 * @param missed how many firings could not happen in time
 */
record Standing(
        boolean paused,
        @Nullable Instant due,
        @Nullable Instant next,
        @Nullable Instant last,
        Instant through,
        long fired,
        long missed) {

    /** A schedule without a plan. */
    static Standing of(boolean paused, @Nullable Instant last, Instant through) {
        return new Standing(paused, null, null, last, through, 0, 0);
    }

    Standing paused(boolean now) {
        return new Standing(now, due, next, last, through, fired, missed);
    }

    Standing planned(@Nullable Instant nowDue, @Nullable Instant nowNext) {
        return new Standing(paused, nowDue, nowNext, last, through, fired, missed);
    }

    /** Firings up to an instant are dealt with; so many of them were late. */
    Standing dealtWith(Instant newest, long late) {
        return new Standing(paused, due, next, last, newest, fired, missed + late);
    }

    Standing fired(Instant now) {
        return new Standing(paused, due, next, now, through, fired + 1, missed);
    }
}
