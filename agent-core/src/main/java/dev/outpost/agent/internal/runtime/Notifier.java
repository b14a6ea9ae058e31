package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentListener;
import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tells listeners, one call at a time, on a thread that exists only while there is something to tell. Thread-safe. */
final class Notifier {

    private static final int MOST_WAITING = 1_024;
    private static final long KEEP_ALIVE_SECONDS = 5;

    private final List<AgentListener> listeners;
    private final Guard guard;
    private final ThreadPoolExecutor thread;
    private final ThreadPoolExecutor completions;

    Notifier(List<AgentListener> listeners, Guard guard, Counters counters) {
        this.listeners = listeners;
        this.guard = guard;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                AgentThreads.workers("listener"),
                (call, pool) -> counters.counter("listener.dropped").increment());
        this.thread.allowCoreThreadTimeOut(true);
        this.completions = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                AgentThreads.workers("outcome"),
                (call, pool) -> counters.counter("listener.dropped").increment());
        this.completions.allowCoreThreadTimeOut(true);
    }

    /** Tells all listeners. */
    void tell(Consumer<AgentListener> call) {
        if (!listeners.isEmpty()) {
            thread.execute(() -> {
                for (AgentListener listener : listeners) {
                    guard.run("listener " + listener.getClass().getSimpleName(), () -> call.accept(listener));
                }
            });
        }
    }

    /** Completes a future, whose callbacks are user code. Never dropped: there are no more of them than tasks. */
    void complete(Runnable completion) {
        completions.execute(() -> guard.run("task outcome callback", completion::run));
    }

    /** Tells what waits, and no more. */
    void close() {
        thread.shutdown();
        completions.shutdown();
    }

    boolean awaitEnd(long nanos) throws InterruptedException {
        return thread.awaitTermination(Math.max(1, nanos / 2), TimeUnit.NANOSECONDS)
                && completions.awaitTermination(Math.max(1, nanos / 2), TimeUnit.NANOSECONDS);
    }

    void interrupt() {
        thread.shutdownNow();
        completions.shutdownNow();
    }
}
