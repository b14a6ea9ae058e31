package dev.outpost.agent.protocol;

/**
 * Batches of an epoch follow. Needed once per connection for every epoch of a stream that the hello did not name; in the
 * hello a position means the same. It is answered with a {@link BatchAck} that says how far the epoch has been taken, never
 * less than {@code position}; batches need not wait for that answer.
 *
 * @param position the next batch has the number after this one; everything up to it is acknowledged or gone
 */
public record StreamOpen(StreamPosition position) implements AgentMessage {}
