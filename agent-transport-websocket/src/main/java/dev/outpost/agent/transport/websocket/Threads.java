package dev.outpost.agent.transport.websocket;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads: daemons that hold nothing of the host, and end when there is nothing to do. */
final class Threads {

    private static final long IDLE_SECONDS = 2;

    private Threads() {}

    /** Daemon threads named {@code outpost-<role>-<n>}. */
    static ThreadFactory named(String role) {
        AtomicInteger next = new AtomicInteger(1);
        return body -> {
            Thread thread = new Thread(null, body, "outpost-" + role + "-" + next.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        };
    }

    /** Needs no shutting down: its threads end by themselves, so nothing that is still to be said is refused. */
    static ThreadPoolExecutor pool(int threads, String role) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(role));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** The same for timers; a cancelled one is forgotten at once. */
    static ScheduledThreadPoolExecutor timer(String role) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named(role));
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }
}
