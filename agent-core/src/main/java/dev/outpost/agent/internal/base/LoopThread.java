package dev.outpost.agent.internal.base;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runs a duty cycle on a thread of its own until it is stopped. What the cycle throws is logged, and the loop goes on. */
public final class LoopThread {

    private final DutyCycle cycle;
    private final IdleStrategy idle;
    private final ThrottledLog log;
    private final Thread thread;
    private volatile boolean running = true;

    /** A loop that is not started yet. */
    public LoopThread(String role, DutyCycle cycle, IdleStrategy idle, ThrottledLog log) {
        this.cycle = cycle;
        this.idle = idle;
        this.log = log;
        this.thread = AgentThreads.newThread(role, this::run);
    }

    /** Starts it; once. */
    public void start() {
        thread.start();
    }

    /** Whether the caller is this loop. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Lets the present cycle be the last; does not wait. */
    public void stop() {
        running = false;
        LockSupport.unpark(thread); // unlike idle.wake(), it also ends a park that has not begun yet
    }

    /** Waits for the end after {@link #stop}. */
    public boolean join(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, nanos));
        return !thread.isAlive();
    }

    private void run() {
        while (running) {
            try {
                if (cycle.doWork() > 0) {
                    idle.reset();
                } else {
                    idle.idle();
                }
            } catch (Throwable t) { // a bug of ours must not end the loop: the host would lose its agent in silence
                log.error("loop." + thread.getName(), "a duty cycle failed", t);
                idle.idle();
            }
        }
    }
}
