package dev.outpost.center;

import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TaskReportAck;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskState;
import dev.outpost.agent.task.TaskStatus;
import java.util.Map;

/** What agents driven by hand say of tasks. */
final class Reports {

    private Reports() {}

    static TaskStatus status(String taskId, long revision, TaskState state) {
        return new TaskStatus(
                taskId, "any", revision, state, 1, 1_000 * revision, "", Map.of(), 0, null, TaskOrigin.DISPATCH);
    }

    /** Reports, and waits until that is acknowledged. */
    static void report(HandDrivenAgent agent, String taskId, long revision, TaskState state)
            throws InterruptedException {
        agent.send(new TaskReport(status(taskId, revision, state)));
        agent.await(TaskReportAck.class);
    }
}
