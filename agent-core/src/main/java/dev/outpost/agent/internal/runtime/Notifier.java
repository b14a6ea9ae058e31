package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentListener;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Tells listeners, and completes the host's futures, on threads that exist only while there is something to tell. */
final class Notifier {

    private static final int MOST_WAITING = 1_024;

    private final List<AgentListener> listeners;
    private final Guard guard;
    private final CallbackThread calls;
    private final CallbackThread completions;

    Notifier(List<AgentListener> listeners, Guard guard, Counters counters) {
        this.listeners = listeners;
        this.guard = guard;
        LongAdder dropped = counters.counter("listener.dropped");
        this.calls = new CallbackThread("listener", new LinkedBlockingQueue<>(MOST_WAITING), dropped);
        // Without a bound of its own: there are no more completions than tasks and records. None must be lost, for
        // somebody waits.
        this.completions = new CallbackThread("outcome", new LinkedBlockingQueue<>(), dropped);
    }

    /** Tells all listeners. */
    void tell(Consumer<AgentListener> call) {
        if (!listeners.isEmpty()) {
            calls.execute(() -> {
                for (AgentListener listener : listeners) {
                    guard.run("listener " + listener.getClass().getSimpleName(), () -> call.accept(listener));
                }
            });
        }
    }

    /** Completes a future, whose callbacks are user code. */
    void complete(Runnable completion) {
        completions.execute(() -> guard.run("outcome callback", completion::run));
    }

    /** Tells what waits, and no more. */
    void close() {
        calls.close();
        completions.close();
    }

    boolean awaitEnd(long nanos) throws InterruptedException {
        return calls.awaitEnd(nanos / 2) && completions.awaitEnd(nanos / 2);
    }

    void interrupt() {
        calls.interrupt();
        completions.interrupt();
    }
}
