package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.metric.Sampler;
import dev.outpost.agent.internal.schedule.ScheduleBook;
import dev.outpost.agent.internal.task.TaskEngine;
import dev.outpost.agent.internal.task.TaskWorkers;
import java.util.Set;
import java.util.TreeSet;

/** What the parts of an agent say of themselves that makes it a degraded one. Control loop only. */
final class Health {

    private final Sampler sampler;
    private final TaskWorkers ownPool;
    private final ScheduleBook schedules;
    private final LaneSet lanes;
    private final AgentJournal journal;
    private final TaskEngine tasks;
    private final CenterContact center;

    Health(
            Sampler sampler,
            TaskWorkers ownPool,
            ScheduleBook schedules,
            LaneSet lanes,
            AgentJournal journal,
            TaskEngine tasks,
            CenterContact center) {
        this.sampler = sampler;
        this.ownPool = ownPool;
        this.schedules = schedules;
        this.lanes = lanes;
        this.journal = journal;
        this.tasks = tasks;
        this.center = center;
    }

    /** What is wrong now, one line each; none when all is well. */
    Set<String> problems() {
        Set<String> problems = new TreeSet<>();
        sampler.hanging().forEach(name -> problems.add("metric source " + name + " hangs"));
        if (ownPool.leakedThreads() > 0) {
            problems.add(ownPool.leakedThreads() + " task thread(s) do not end");
        }
        problems.addAll(schedules.problems());
        problems.addAll(lanes.problems());
        journal.problem().ifPresent(problems::add);
        tasks.openBreakers().forEach(type -> problems.add("tasks of type " + type + " fail: circuit breaker open"));
        problems.addAll(center.problems());
        return problems;
    }
}
