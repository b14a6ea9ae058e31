package dev.outpost.center.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs commands one after the other, on whatever thread another executor has to spare. Thread-safe. */
final class SerialExecutor implements Executor {

    private static final int COMMANDS_PER_TURN = 64;

    private final Executor executor;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    SerialExecutor(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable command) {
        synchronized (waiting) {
            waiting.add(command);
            if (running) {
                return;
            }
            running = true;
        }
        executor.execute(this::runSome);
    }

    /** Runs some, then makes way for others on the same threads. */
    private void runSome() {
        for (int i = 0; i < COMMANDS_PER_TURN; i++) {
            Runnable next;
            synchronized (waiting) {
                next = waiting.poll();
                running = next != null;
            }
            if (next == null) {
                return;
            }
            next.run();
        }
        executor.execute(this::runSome);
    }
}
