package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.log.NotDurableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Completes a future when all lanes have a record safe, or the first of them has given it up. Thread-safe. */
public final class DurableRecord implements Promise {

    private final CompletableFuture<Void> future;
    private final AtomicInteger missing;
    private final Executor callbacks;

    /**
     * A promise.
     *
     * @param lanes how many of them have to keep it
     * @param callbacks completes the future, for what hangs on it is the host's code
     */
    public DurableRecord(CompletableFuture<Void> future, int lanes, Executor callbacks) {
        this.future = future;
        this.missing = new AtomicInteger(lanes);
        this.callbacks = callbacks;
    }

    @Override
    public void kept() {
        if (missing.decrementAndGet() == 0) {
            callbacks.execute(() -> future.complete(null));
        }
    }

    @Override
    public void broken(String reason) {
        callbacks.execute(() -> future.completeExceptionally(new NotDurableException(reason)));
    }
}
