package dev.outpost.agent.protocol;

/**
 * All batches of the epoch up to and including this one are durably taken. Idempotent, cumulative.
 *
 * @param through the last of them
 */
public record BatchAck(StreamPosition through) implements CenterMessage {}
