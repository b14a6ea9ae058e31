package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.task.TaskResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** An agent whose handler answers at once; if asked to, its host publishes log records at a steady rate. */
final class TaskAgentProcess {

    private static final long STEP_NANOS = 1_000_000;

    /** The place of the journal's directory among the arguments; none for an agent without one. */
    private static final int JOURNAL = 4;

    private TaskAgentProcess() {}

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        int recordsPerSecond = Integer.parseInt(arguments[3]);
        AgentBuilder builder = Agent.builder()
                .id(Link.AGENT)
                .transport(Link.of(arguments).transport(Integer.parseInt(arguments[2])))
                .task("echo", (task, context) -> TaskResult.succeeded(task.arguments()))
                .shutdownTimeout(Duration.ZERO);
        if (arguments.length > JOURNAL) {
            builder.journal(Path.of(arguments[JOURNAL]));
        }
        try (Agent agent = builder.build()) {
            agent.start();
            Agents.awaitOnline(agent);
            Parent.tell("online", recordsPerSecond);
            if (recordsPerSecond == 0) {
                Thread.sleep(Long.MAX_VALUE);
            }
            publishForEver(agent, recordsPerSecond);
        }
    }

    /** A small burst each millisecond; a step that comes late is made up for. */
    private static void publishForEver(Agent agent, int recordsPerSecond) {
        int burst = (int) (recordsPerSecond * STEP_NANOS / 1_000_000_000);
        long next = System.nanoTime();
        while (true) {
            for (int i = 0; i < burst; i++) {
                Records.publish(agent.logs(), i);
            }
            next += STEP_NANOS;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }
}
