package dev.outpost.agent.transport.websocket;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Repeats a step for as long as it finds something to do, on one thread at a time. Whoever comes while a thread is at it, which may
 * be in the step itself, has that one look once more, and goes. So nothing is overlooked, and nobody waits. Thread-safe.
 */
final class Loop {

    private final BooleanSupplier step;

    /** How often somebody has come since all was found done; 0 while no thread is at it. */
    private final AtomicInteger calls = new AtomicInteger();

    /**
     * A loop that is not run yet.
     *
     * @param step does one thing, and says whether there was one; throws nothing
     */
    Loop(BooleanSupplier step) {
        this.step = step;
    }

    void run() {
        if (calls.getAndIncrement() == 0) {
            int seen = 1;
            do {
                while (step.getAsBoolean()) {}
                seen = calls.addAndGet(-seen);
            } while (seen != 0);
        }
    }
}
