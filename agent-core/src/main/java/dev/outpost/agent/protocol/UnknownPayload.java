package dev.outpost.agent.protocol;

/**
 * A message whose payload is not known here: from a newer peer, or none at all. It is answered with a {@link Rejection} of
 * code {@code UNIMPLEMENTED}. Never sent.
 *
 * @param field the highest unknown field number of the envelope, 0 when there is no payload
 */
public record UnknownPayload(int field) implements AgentMessage, CenterMessage {}
