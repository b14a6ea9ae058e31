package dev.outpost.center.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The center's own threads, and the guard around everything that its authors did not write: failures are counted, and logged
 * the first time and then with every thousandth. Thread-safe.
 */
final class Workers {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.center");
    private static final long LOG_EVERY = 1_000;
    private static final long END_SECONDS = 2;
    private static final long KEEP_ALIVE_SECONDS = 60;

    private final ExecutorService pool;
    private final ExecutorService handlers;
    private final ExecutorService callbacks;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Runnable> completions = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Workers(int threads) {
        pool = pool(threads, "worker");
        handlers = pool(threads, "telemetry");
        callbacks = pool(threads, "callback");
        timer = new ScheduledThreadPoolExecutor(1, threads("timer"));
        timer.setRemoveOnCancelPolicy(true); // an answered request must not stay until its timeout
    }

    private static ExecutorService pool(int threads, String role) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads(role));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Daemon threads {@code outpost-center-<role>-<n>}. */
    static ThreadFactory threads(String role) {
        AtomicInteger next = new AtomicInteger(1);
        return body -> {
            Thread thread = new Thread(null, body, "outpost-center-" + role + "-" + next.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        };
    }

    /** Something of the user's. */
    @FunctionalInterface
    interface UserCode {
        void run() throws Exception;
    }

    /** Lets agents in and asks stores, soon, on a worker; without effect after the end. */
    void execute(Runnable command) {
        execute(pool, command);
    }

    /**
     * Hands telemetry over, soon, on a thread that does nothing else; without effect after the end. So a handler that hangs delays
     * telemetry alone.
     */
    void handle(Runnable command) {
        execute(handlers, command);
    }

    /**
     * Runs what only tells somebody something, soon, on a thread that does nothing else; without effect after the end. So a
     * store that hangs does not delay the news of tasks, and a listener that hangs does not delay stores.
     */
    void tell(Runnable command) {
        execute(callbacks, command);
    }

    /**
     * Completes a future of the program's, in its turn; when that does not come before these threads end, then. So nobody waits for ever.
     * Never on the calling thread, which may hold locks.
     */
    void complete(Executor turn, Runnable completion) {
        completions.add(completion);
        turn.execute(() -> completeNow(completion));
        if (closed) { // whoever closes may have looked before
            threads("late").newThread(() -> completeNow(completion)).start();
        }
    }

    private void completeNow(Runnable completion) {
        if (completions.remove(completion)) {
            guard("completion", completion::run);
        }
    }

    private void execute(ExecutorService on, Runnable command) {
        try {
            on.execute(command);
        } catch (RejectedExecutionException e) {
            count("center.work.after_close");
        }
    }

    /** Runs again and again, each time that many seconds after the last; must be short. */
    void repeat(long seconds, Runnable command) {
        var unused =
                timer.scheduleWithFixedDelay(() -> guard("timer", command::run), seconds, seconds, TimeUnit.SECONDS);
    }

    /** Runs once, after a delay; must be short. Without effect after the end. */
    Future<?> after(Duration delay, Runnable command) {
        try {
            return timer.schedule(() -> guard("timer", command::run), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            count("center.work.after_close");
            return CompletableFuture.completedFuture(null);
        }
    }

    /** How much waits for its time. */
    int waiting() {
        return timer.getQueue().size();
    }

    /** Runs the user's code here and now. */
    boolean guard(String what, UserCode code) {
        try {
            code.run();
            return true;
        } catch (Throwable t) { // user code: any Error must be survived as well
            failed(what, t);
            return false;
        }
    }

    void failed(String what, Throwable t) {
        LongAdder failures = counter("user.failures{" + what + "}");
        failures.increment();
        long count = failures.sum();
        if (count == 1 || count % LOG_EVERY == 0) {
            LOG.warn("event=center.user.failure what={} count={} {}", what, count, t.toString(), t);
        }
    }

    void count(String name) {
        counter(name).increment();
    }

    LongAdder counter(String name) {
        return counters.computeIfAbsent(name, n -> new LongAdder());
    }

    SortedMap<String, Long> snapshot() {
        SortedMap<String, Long> all = new TreeMap<>();
        counters.forEach((name, counter) -> all.put(name, counter.sum()));
        return all;
    }

    void close() {
        timer.shutdownNow();
        end(handlers);
        end(pool);
        end(callbacks);
        closed = true;
        completions.forEach(this::completeNow); // what the turns that have ended left behind
    }

    private static void end(ExecutorService threads) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
