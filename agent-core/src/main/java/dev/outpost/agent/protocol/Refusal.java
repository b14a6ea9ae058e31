package dev.outpost.agent.protocol;

import java.time.Duration;

/**
 * The agent is not let in; the center closes the connection.
 *
 * @param code why
 * @param detail why, for people
 * @param retryAfter the least time to wait; zero: as the agent likes
 * @param endpoint go there instead, if it is one of those that the agent was given; empty: no advice
 */
public record Refusal(Code code, String detail, Duration retryAfter, String endpoint) implements CenterMessage {

    /** Without advice where to go. */
    public Refusal(Code code, String detail, Duration retryAfter) {
        this(code, detail, retryAfter, "");
    }

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
        INVALID,
        /**
         * Another live instance uses the same epoch of the same stream: the directory of the spool was copied. The agent must
         * take a new stream id, then come back.
         */
        STREAM_CONFLICT
    }
}
