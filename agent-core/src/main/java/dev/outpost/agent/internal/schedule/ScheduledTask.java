package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.schedule.OverlapPolicy;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;

/**
 * What the builder was told of a schedule.
 *
 * @param name names it; part of the ids of its tasks
 * @param trigger when
 * @param template the task, whose id is replaced at every firing
 * @param overlap what to do while the task of the last firing is live
 */
public record ScheduledTask(String name, Trigger trigger, TaskRequest template, OverlapPolicy overlap) {}
