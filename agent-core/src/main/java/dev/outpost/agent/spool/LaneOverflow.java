package dev.outpost.agent.spool;

import java.time.Duration;

/**
 * What a lane does when its memory is full. Room is kept for what matters: batches below {@code WARN} are turned away at
 * seven eighths of the lane's bytes already, so that under pressure {@code DEBUG} goes before {@code ERROR}.
 *
 * @param action what it does
 * @param patience for {@link Action#SPILL} and {@link Action#BLOCK}: how long the telemetry loop holds the ring back while
 *     the disk or the destination has taken nothing; then new batches are dropped
 */
public record LaneOverflow(Action action, Duration patience) {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** What a full lane does. */
    public enum Action {
        /** Writes to the spool; while that cannot keep up, holds the ring back. Needs a spool; without one as {@link #BLOCK}. */
        SPILL,
        /** Drops the batches that have waited longest, the least important first. */
        DROP_OLDEST,
        /** Drops the new batch. */
        DROP_NEWEST,
        /** Holds the ring back, so that publishers meet their {@link dev.outpost.agent.log.OverflowPolicy}. */
        BLOCK
    }

    /**
     * Checks the patience.
     *
     * @throws IllegalArgumentException if it is negative or longer than a minute
     */
    public LaneOverflow {
        if (patience.isNegative() || patience.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("patience is " + patience + "; allowed is PT0S to " + LONGEST);
        }
    }

    /** {@link Action#SPILL}, with a patience of a second: the default. */
    public static LaneOverflow spill() {
        return new LaneOverflow(Action.SPILL, Duration.ofSeconds(1));
    }

    /** {@link Action#DROP_OLDEST}. */
    public static LaneOverflow dropOldest() {
        return new LaneOverflow(Action.DROP_OLDEST, Duration.ofSeconds(1));
    }

    /** {@link Action#DROP_NEWEST}. */
    public static LaneOverflow dropNewest() {
        return new LaneOverflow(Action.DROP_NEWEST, Duration.ZERO);
    }

    /**
     * {@link Action#BLOCK}.
     *
     * @throws IllegalArgumentException if the patience is negative or longer than a minute
     */
    public static LaneOverflow block(Duration patience) {
        return new LaneOverflow(Action.BLOCK, patience);
    }
}
