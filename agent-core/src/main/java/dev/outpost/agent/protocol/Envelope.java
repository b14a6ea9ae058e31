package dev.outpost.agent.protocol;

import java.util.Objects;

/**
 * A numbered and stamped message.
 *
 * @param id unique per connection and direction, ascending from 1
 * @param inReplyTo the id of the message that this one answers, or 0
 * @param epochNanos the sender's wall clock, nanoseconds since 1970-01-01T00:00:00Z
 * @param payload what is said
 * @param <P> {@link AgentMessage} or {@link CenterMessage}
 */
public record Envelope<P>(long id, long inReplyTo, long epochNanos, P payload) {
    /** Checks for null. */
    public Envelope {
        Objects.requireNonNull(payload, "payload");
    }
}
