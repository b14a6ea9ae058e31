package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.task.TaskExecutor;
import dev.outpost.agent.task.TaskThreads;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The default executor: at most so many threads, of which none is left when there is nothing to do for ten seconds. The thread of an
 * abandoned attempt is replaced by a further one, until it comes back; at most as many are replaced as there are slots.
 */
public final class TaskWorkers implements TaskExecutor {

    private static final long KEEP_ALIVE_MILLIS = 10_000;
    private static final long KEEP_VIRTUAL_MILLIS = 1;

    private final int slots;
    private final ThreadPoolExecutor threads;
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger leaked = new AtomicInteger();
    private final LongAdder leaks;
    private final Object resizing = new Object();

    /**
     * An executor with so many slots; starts no thread before the first attempt.
     *
     * @throws IllegalStateException if virtual threads are wanted that this Java does not have
     */
    public TaskWorkers(int slots, TaskThreads kind, Counters counters) {
        this.slots = slots;
        // Submissions are bounded by the slots, so this queue holds at most the few whose predecessor's thread is on
        // its
        // way back into the pool.
        this.threads = new ThreadPoolExecutor(
                slots,
                slots,
                kind == TaskThreads.VIRTUAL ? KEEP_VIRTUAL_MILLIS : KEEP_ALIVE_MILLIS,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                kind == TaskThreads.VIRTUAL ? AgentThreads.virtualWorkers("task") : AgentThreads.workers("task"));
        this.threads.allowCoreThreadTimeOut(true);
        this.leaks = counters.counter("task.threads.leaked");
    }

    /** Whether this Java has virtual threads. */
    public static boolean hasVirtualThreads() {
        return AgentThreads.hasVirtual();
    }

    @Override
    public int freeSlots() {
        return slots - busy.get();
    }

    @Override
    public @Nullable Run tryExecute(Attempt attempt, Runnable slotFreed) {
        if (busy.get() >= slots || threads.isShutdown()) {
            return null;
        }
        ThreadRun run = new ThreadRun(attempt, slotFreed);
        busy.incrementAndGet();
        boolean taken = false;
        try {
            threads.execute(run);
            taken = true;
        } finally {
            if (!taken) {
                busy.decrementAndGet(); // no thread could be made: the slot must not be lost with the attempt
            }
        }
        return run;
    }

    /** Threads of abandoned attempts that have not come back. */
    public int leakedThreads() {
        return leaked.get();
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    /** Waits for the end of all threads after {@link #close}; not on the control loop. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return threads.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }

    /** As many threads as there are slots, and one more for every leaked one that is replaced. */
    private void resize() {
        synchronized (resizing) {
            int now = slots + Math.min(slots, leaked.get());
            if (now > threads.getMaximumPoolSize()) {
                threads.setMaximumPoolSize(now);
                threads.setCorePoolSize(now);
            } else {
                threads.setCorePoolSize(now);
                threads.setMaximumPoolSize(now);
            }
        }
    }

    /** An attempt on a thread. Its lock orders interrupts before the attempt's end, so that none hits the next attempt. */
    private final class ThreadRun implements Run, Runnable {

        private final Attempt attempt;
        private final Runnable slotFreed;
        private final Object lock = new Object();
        private @Nullable Thread thread;
        private boolean interruptEarly;
        private boolean ended;
        private boolean abandoned;
        private boolean replaced;

        ThreadRun(Attempt attempt, Runnable slotFreed) {
            this.attempt = attempt;
            this.slotFreed = slotFreed;
        }

        @Override
        public void run() {
            synchronized (lock) {
                thread = Thread.currentThread();
                if (interruptEarly) {
                    thread.interrupt();
                }
            }
            try {
                attempt.run();
            } finally {
                finish();
            }
        }

        private void finish() {
            boolean holdsSlot;
            synchronized (lock) {
                thread = null;
                ended = true;
                holdsSlot = !replaced;
                Thread.interrupted(); // an interrupt that came late must not hit the next attempt on this thread
            }
            if (abandoned) {
                leaked.decrementAndGet();
                resize();
            }
            if (holdsSlot) {
                busy.decrementAndGet();
                slotFreed.run();
            }
        }

        @Override
        public void interrupt() {
            synchronized (lock) {
                interruptEarly = true;
                if (thread != null) {
                    thread.interrupt();
                }
            }
        }

        @Override
        public void abandon() {
            synchronized (lock) {
                if (ended || abandoned) {
                    return;
                }
                abandoned = true;
                // Beyond one replacement per slot the slots stay taken: a host must not drown in threads that never
                // end.
                replaced = leaked.incrementAndGet() <= slots;
            }
            leaks.increment();
            resize();
            if (replaced) {
                busy.decrementAndGet();
                slotFreed.run();
            }
        }
    }
}
