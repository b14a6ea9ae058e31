package dev.outpost.agent.task;

/** What the agent's own task executor runs attempts on. */
public enum TaskThreads {
    /** Threads of the operating system, kept for ten seconds after their last attempt. */
    PLATFORM,
    /** Virtual threads, a new one for each attempt: cheap to wait with, none kept. From Java 21 on. */
    VIRTUAL
}
