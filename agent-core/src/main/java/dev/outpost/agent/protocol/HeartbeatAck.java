package dev.outpost.agent.protocol;

/** The heartbeat that it replies to has arrived. */
public record HeartbeatAck() implements CenterMessage {}
