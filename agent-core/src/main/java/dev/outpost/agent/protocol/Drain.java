package dev.outpost.agent.protocol;

import java.time.Duration;

/**
 * The agent is asked to leave and connect anew, at a random time within the spread.
 *
 * @param reason why, for people
 * @param spread over how long the agents should come back
 * @param endpoint go there instead, if it is one of those that the agent was given; empty: no advice
 */
public record Drain(String reason, Duration spread, String endpoint) implements CenterMessage {

    /** Without advice where to go. */
    public Drain(String reason, Duration spread) {
        this(reason, spread, "");
    }
}
