package dev.outpost.agent.protocol;

import dev.outpost.agent.task.TaskStatus;

/**
 * Where a task stands.
 *
 * @param status the report
 */
public record TaskReport(TaskStatus status) implements AgentMessage {}
