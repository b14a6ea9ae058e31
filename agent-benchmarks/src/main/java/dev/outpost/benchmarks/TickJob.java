package dev.outpost.benchmarks;

import java.time.Instant;

/** The job that all sides run: it notes by how much it is late, and is done. Early is as good as in time. Thread-safe. */
final class TickJob {

    private final Phases phases;
    private Histogram late = new Histogram();

    TickJob(Phases phases) {
        this.phases = phases;
    }

    /** Runs as one of the jobs. */
    void run(int job) {
        long nanos = phases.lateNanos(job, Instant.now());
        synchronized (this) {
            late.add(nanos);
        }
    }

    /** What was noted since the last call. */
    synchronized Histogram take() {
        Histogram taken = late;
        late = new Histogram();
        return taken;
    }
}
