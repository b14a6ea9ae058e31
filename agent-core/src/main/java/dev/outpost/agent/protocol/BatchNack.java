package dev.outpost.agent.protocol;

import java.time.Duration;

/**
 * A batch was not taken.
 *
 * @param position which
 * @param code what to do
 * @param retryAfter the least time to wait, with {@link Code#RETRY}
 * @param detail why, for people
 */
public record BatchNack(StreamPosition position, Code code, Duration retryAfter, String detail)
        implements CenterMessage {

    /** What to do with the batch. */
    public enum Code {
        /** Not known here; taken as {@link #RETRY}. */
        UNSPECIFIED,
        /** Send it again. */
        RETRY,
        /** Never send it again. */
        REJECTED
    }
}
