package dev.outpost.agent.protocol;

import java.util.Objects;

/**
 * Steers one schedule of the agent. Answered with a {@link ScheduleReport}, or with a {@link Rejection} when the agent has no
 * schedule of that name.
 *
 * @param name which
 * @param action what to do with it
 */
public record ScheduleCommand(String name, Action action) implements CenterMessage {

    /** What to do. */
    public enum Action {
        /** Not known here: rejected. */
        UNSPECIFIED,
        /** Hold it back until it is resumed. */
        PAUSE,
        /** Let it go on. */
        RESUME,
        /** Fire it once, now. */
        TRIGGER
    }

    /** Checks for null. */
    public ScheduleCommand {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(action, "action");
    }
}
