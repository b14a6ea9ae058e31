package dev.outpost.agent.internal.base;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The disk thread: runs what it is given, in order, and exists only while there is something to do. Nothing interrupts it,
 * for an interrupt would close the file that it is at.
 */
public final class Disk implements DiskQueue {

    private static final long KEEP_ALIVE_SECONDS = 5;

    private final ThreadPoolExecutor thread;

    /** Without a thread yet. */
    public Disk() {
        // Without a bound of its own: what waits here are batches, which their lane bounds, and a few words per lane.
        thread = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                body -> AgentThreads.newThread("disk", body));
        thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public boolean execute(Runnable action) {
        try {
            thread.execute(action);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    /** Waits for the end after {@link #close}. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return thread.awaitTermination(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    }
}
