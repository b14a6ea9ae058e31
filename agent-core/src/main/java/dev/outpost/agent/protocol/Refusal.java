package dev.outpost.agent.protocol;

import java.time.Duration;

/**
 * The agent is not let in; the center closes the connection.
 *
 * @param code why
 * @param detail why, for people
 * @param retryAfter the least time to wait; zero: as the agent likes
 */
public record Refusal(Code code, String detail, Duration retryAfter) implements CenterMessage {

    /** Why an agent is not let in. */
    public enum Code {
        /** Some reason that is not known here. */
        UNSPECIFIED,
        /** Certificate or token is missing or wrong. */
        UNAUTHENTICATED,
        /** Known, but not allowed. */
        PERMISSION_DENIED,
        /** No common protocol version. */
        UNSUPPORTED_VERSION,
        /** Later. */
        BUSY,
        /** The hello makes no sense. */
        INVALID
    }
}
