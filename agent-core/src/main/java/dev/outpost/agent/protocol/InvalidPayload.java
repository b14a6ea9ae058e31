package dev.outpost.agent.protocol;

/**
 * A message that is well-formed but says something that cannot be: a priority out of range, a task without an id. It is
 * answered with a {@link Rejection} of code {@code INVALID}; the connection goes on. Never sent.
 *
 * @param problem what is wrong, for people
 */
public record InvalidPayload(String problem) implements AgentMessage, CenterMessage {}
