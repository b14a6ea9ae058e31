package dev.outpost.center.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs commands, which may be the user's, one after the other on whatever worker is free. It takes as many as it is given:
 * whoever gives looks at {@link #isLong} and stops. Thread-safe.
 */
final class SerialExecutor implements Executor {

    private static final int COMMANDS_PER_TURN = 64;
    private static final int LONG = 1_000;

    private final Workers workers;
    private final Runnable relieved;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    /**
     * An executor on the workers.
     *
     * @param relieved called whenever the queue ceases to be long; on a worker, without a lock
     */
    SerialExecutor(Workers workers, Runnable relieved) {
        this.workers = workers;
        this.relieved = relieved;
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
        workers.execute(this::runSome);
    }

    /** Whether so much waits that no more should be given. */
    boolean isLong() {
        synchronized (waiting) {
            return waiting.size() >= LONG;
        }
    }

    /** Runs some, then makes way for others on the same threads. */
    private void runSome() {
        for (int i = 0; i < COMMANDS_PER_TURN; i++) {
            Runnable next;
            boolean shortAgain;
            synchronized (waiting) {
                shortAgain = waiting.size() == LONG;
                next = waiting.poll();
                running = next != null;
            }
            if (next == null) {
                return;
            }
            if (shortAgain) {
                workers.guard("callback", relieved::run);
            }
            workers.guard("callback", next::run);
        }
        workers.execute(this::runSome);
    }
}
