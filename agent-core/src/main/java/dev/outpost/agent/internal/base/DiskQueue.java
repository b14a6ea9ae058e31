package dev.outpost.agent.internal.base;

/** Runs what it is given one after the other, away from the control loop. */
public interface DiskQueue {

    /** Runs {@code action} after all others; false after {@link #close}. */
    boolean execute(Runnable action);

    /** Takes nothing more, but does what it was given. */
    void close();
}
