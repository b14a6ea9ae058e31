package dev.outpost.agent.protocol;

/**
 * The agent closes by intention.
 *
 * @param reason why, for people
 */
public record Goodbye(String reason) implements AgentMessage {}
