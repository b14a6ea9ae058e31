package dev.outpost.agent.schedule;

import java.util.Objects;

/**
 * What becomes of firings whose time passed while they could not happen: the agent was down or paused, the machine slept, the
 * wall clock was set forward. A firing counts as missed when it is more than a minute late, or when the next one is due as well.
 *
 * @param kind what to do
 * @param most how many are made up for at most, with {@link Kind#CATCH_UP}: 1 to 100; else 1
 */
public record MisfirePolicy(Kind kind, int most) {

    /** What to do. */
    public enum Kind {
        /** Fires once, at once, however many were missed; as the newest of them. */
        FIRE_ONCE,
        /** Leaves them out; the next firing is the next that is in time. */
        SKIP,
        /**
         * Fires for each that was missed; the newest so many. They run one behind the other, as with
         * {@link dev.outpost.agent.task.OverlapPolicy#QUEUE}, whatever the schedule's overlap policy says: it would leave them out.
         */
        CATCH_UP
    }

    private static final int MOST = 100;
    private static final MisfirePolicy FIRE_ONCE = new MisfirePolicy(Kind.FIRE_ONCE, 1);
    private static final MisfirePolicy SKIP = new MisfirePolicy(Kind.SKIP, 1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code most} is out of range
     */
    public MisfirePolicy {
        Objects.requireNonNull(kind, "kind");
        int allowed = kind == Kind.CATCH_UP ? MOST : 1;
        if (most < 1 || most > allowed) {
            throw new IllegalArgumentException("most is " + most + "; allowed is 1 to " + allowed + " with " + kind);
        }
    }

    /** Fires once, at once, however many were missed. */
    public static MisfirePolicy fireOnce() {
        return FIRE_ONCE;
    }

    /** Leaves them out. */
    public static MisfirePolicy skip() {
        return SKIP;
    }

    /** Fires for each of the newest so many that were missed, 1 to 100. */
    public static MisfirePolicy catchUp(int most) {
        return new MisfirePolicy(Kind.CATCH_UP, most);
    }
}
