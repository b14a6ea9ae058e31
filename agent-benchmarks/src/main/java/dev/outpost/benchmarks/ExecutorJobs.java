package dev.outpost.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JDK's own scheduler at a fixed rate. */
final class ExecutorJobs implements ScheduledJobs {

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(WORKERS);
    private final int jobs;
    private final Phases phases;
    private final TickJob job;

    ExecutorJobs(int jobs, Phases phases, TickJob job) {
        this.jobs = jobs;
        this.phases = phases;
        this.job = job;
    }

    @Override
    public void start() {
        for (int i = 0; i < jobs; i++) {
            int index = i;
            Instant now = Instant.now();
            var unused = executor.scheduleAtFixedRate(
                    () -> job.run(index),
                    Duration.between(now, phases.nextOf(i, now)).toNanos(),
                    phases.interval().toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
