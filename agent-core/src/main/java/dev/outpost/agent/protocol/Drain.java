package dev.outpost.agent.protocol;

import java.time.Duration;

/**
 * The agent is asked to leave and connect anew, at a random time within the spread.
 *
 * @param reason why, for people
 * @param spread over how long the agents should come back
 */
public record Drain(String reason, Duration spread) implements CenterMessage {}
