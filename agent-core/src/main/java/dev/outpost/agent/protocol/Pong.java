package dev.outpost.agent.protocol;

/** Somebody is there. */
public record Pong() implements AgentMessage, CenterMessage {}
