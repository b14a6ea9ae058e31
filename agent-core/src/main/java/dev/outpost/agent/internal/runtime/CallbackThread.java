package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.base.AgentThreads;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One thread for calls of user code, in order, that exists only while there is something to call. Thread-safe. */
final class CallbackThread {

    private static final long KEEP_ALIVE_SECONDS = 5;

    private final ThreadPoolExecutor pool;
    private volatile @Nullable Thread running;

    /**
     * A thread for {@code role}.
     *
     * @param waiting holds what waits; its bound is the bound
     * @param dropped counts what does not fit, or comes after the end
     */
    CallbackThread(String role, BlockingQueue<Runnable> waiting, LongAdder dropped) {
        pool = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                waiting,
                AgentThreads.callbacks(role),
                (call, full) -> dropped.increment());
        pool.allowCoreThreadTimeOut(true);
    }

    void execute(Runnable call) {
        pool.execute(() -> {
            running = Thread.currentThread();
            try {
                call.run();
            } finally {
                running = null;
            }
        });
    }

    /** Makes the calls that wait, and no more. */
    void close() {
        pool.shutdown();
    }

    /** Waits for the end; not when this very thread asks for it, which would wait for itself. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return Thread.currentThread() == running || pool.awaitTermination(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    }

    void interrupt() {
        pool.shutdownNow();
    }
}
