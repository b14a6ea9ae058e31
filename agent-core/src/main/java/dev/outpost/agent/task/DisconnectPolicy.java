package dev.outpost.agent.task;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a task while the control center is away. An agent without a control center counts as connected.
 *
 * @param kind what to do
 * @param after how long the control center has to be away, with {@link Kind#STOP_AFTER}: more than zero, at most 30 days
 */
public record DisconnectPolicy(Kind kind, @Nullable Duration after) {

    /** What to do. */
    public enum Kind {
        /** Nothing: the task begins and goes on as always. */
        GO_ON,
        /** An attempt that runs may finish; none begins until the control center is back. */
        FINISH_ATTEMPT,
        /** After a while the task is cancelled, running or not. */
        STOP_AFTER
    }

    private static final Duration LONGEST = Duration.ofDays(30);
    private static final DisconnectPolicy GO_ON = new DisconnectPolicy(Kind.GO_ON, null);
    private static final DisconnectPolicy FINISH_ATTEMPT = new DisconnectPolicy(Kind.FINISH_ATTEMPT, null);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code after} does not fit the kind, or is out of range
     */
    public DisconnectPolicy {
        Objects.requireNonNull(kind, "kind");
        if ((kind == Kind.STOP_AFTER) != (after != null)) {
            throw new IllegalArgumentException("after is " + after + "; it belongs to STOP_AFTER, and only to it");
        }
        if (after != null && (after.isNegative() || after.isZero() || after.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("after is " + after + "; allowed is more than zero, to " + LONGEST);
        }
    }

    /** The task begins and goes on as always. */
    public static DisconnectPolicy goOn() {
        return GO_ON;
    }

    /** An attempt that runs may finish; none begins until the control center is back. */
    public static DisconnectPolicy finishAttempt() {
        return FINISH_ATTEMPT;
    }

    /** The task is cancelled once the control center has been away for so long. */
    public static DisconnectPolicy stopAfter(Duration time) {
        return new DisconnectPolicy(Kind.STOP_AFTER, time);
    }
}
