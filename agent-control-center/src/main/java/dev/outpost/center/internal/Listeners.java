package dev.outpost.center.internal;

import dev.outpost.center.CenterListener;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Those who are told what happens, guarded. Thread-safe. */
final class Listeners {

    private final List<CenterListener> listeners;
    private final Workers workers;

    Listeners(List<CenterListener> listeners, Workers workers) {
        this.listeners = List.copyOf(listeners);
        this.workers = workers;
    }

    /** Whether nobody has to be told. */
    boolean isEmpty() {
        return listeners.isEmpty();
    }

    /** Tells all of them, each in a turn of its own. */
    void tell(Executor executor, Consumer<CenterListener> call) {
        for (CenterListener listener : listeners) {
            executor.execute(() ->
                    workers.guard("listener " + listener.getClass().getSimpleName(), () -> call.accept(listener)));
        }
    }
}
