package dev.outpost.agent.protocol;

/**
 * All reports of a task up to and including this revision are taken.
 *
 * @param taskId the task
 * @param revision the revision
 */
public record TaskReportAck(String taskId, long revision) implements CenterMessage {}
