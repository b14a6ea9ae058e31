package dev.outpost.agent.protocol;

/**
 * A task is to stop.
 *
 * @param taskId which
 * @param reason why, for people
 */
public record TaskCancel(String taskId, String reason) implements CenterMessage {}
