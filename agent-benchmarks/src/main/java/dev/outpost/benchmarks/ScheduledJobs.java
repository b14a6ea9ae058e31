package dev.outpost.benchmarks;

/** Somebody who runs many jobs on time, each once in an interval. */
interface ScheduledJobs extends AutoCloseable {

    /** Threads that run jobs, for all sides. */
    int WORKERS = 2;

    /** Begins; the jobs' phases are known by now. */
    void start() throws Exception;

    @Override
    void close();
}
