package dev.outpost.agent.protocol;

/** Is somebody there? Answered with {@link Pong} at once. */
public record Ping() implements AgentMessage, CenterMessage {}
