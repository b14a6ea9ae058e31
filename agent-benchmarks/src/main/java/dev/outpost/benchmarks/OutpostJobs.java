package dev.outpost.benchmarks;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentBuilder;
import dev.outpost.agent.schedule.Trigger;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An agent without a control center that has a schedule for each job. */
final class OutpostJobs implements ScheduledJobs {

    private static final String TYPE = "tick";
    private static final String JOB = "job";

    private final Agent agent;

    OutpostJobs(int jobs, Phases phases, TickJob job) {
        AgentBuilder builder = Agent.builder()
                .id(Link.AGENT)
                .logSink("nowhere", batch -> CompletableFuture.completedFuture(null))
                .taskWorkers(WORKERS)
                .task(TYPE, (task, context) -> {
                    job.run(Integer.parseInt(
                            Objects.requireNonNull(task.arguments().get(JOB))));
                    return TaskResult.succeeded(Map.of());
                })
                .shutdownTimeout(Duration.ZERO);
        for (int i = 0; i < jobs; i++) {
            schedule(builder, i, new PhaseTrigger(phases, i));
        }
        agent = builder.build();
    }

    private static void schedule(AgentBuilder builder, int job, Trigger trigger) {
        TaskRequest template =
                TaskRequest.of(TYPE).argument(JOB, Integer.toString(job)).build();
        builder.schedule("job-" + job, trigger, template);
    }

    /** Asked for the first time when the agent starts. */
    private record PhaseTrigger(Phases phases, int job) implements Trigger {

        @Override
        public Optional<Instant> next(Instant after) {
            return Optional.of(phases.nextOf(job, after));
        }
    }

    @Override
    public void start() {
        agent.start();
    }

    @Override
    public void close() {
        agent.close();
    }
}
