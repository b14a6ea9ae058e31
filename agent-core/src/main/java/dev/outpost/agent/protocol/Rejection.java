package dev.outpost.agent.protocol;

/**
 * Answer to a message that was read but cannot be dealt with.
 *
 * @param code why
 * @param detail why, for people
 */
public record Rejection(Code code, String detail) implements AgentMessage, CenterMessage {

    /** Why a message cannot be dealt with. */
    public enum Code {
        /** Some reason that is not known here. */
        UNSPECIFIED,
        /** The payload is not known. */
        UNIMPLEMENTED,
        /** Its content makes no sense. */
        INVALID,
        /** Not now. */
        BUSY,
        /** A command whose time is too far off: it took too long, or either clock was set. It may be sent again. */
        STALE,
        /** A command that came before, or after a later one. It counts once. */
        REPEATED
    }
}
