package dev.outpost.center.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs commands one after the other, on whatever threads they are given to. It takes as many as it is given: whoever gives looks
 * at {@link #isLong} and stops. What a command throws is counted. Thread-safe.
 */
final class SerialExecutor implements Executor {

    private static final int COMMANDS_PER_TURN = 64;
    private static final int LONG = 1_000;

    private final Executor first;
    private final Executor then;
    private final Workers workers;
    private final String what;
    private final Runnable relieved;
    private final Queue<Runnable> waiting = new ArrayDeque<>(4);
    private boolean running;
    private boolean ended;

    private SerialExecutor(Executor first, Executor then, Workers workers, String what, Runnable relieved) {
        this.first = first;
        this.then = then;
        this.workers = workers;
        this.what = what;
        this.relieved = relieved;
    }

    /**
     * For what tells somebody something.
     *
     * @param relieved called whenever the queue ceases to be long; without a lock
     */
    static SerialExecutor ofCallbacks(Workers workers, Runnable relieved) {
        return new SerialExecutor(workers::tell, workers::tell, workers, "callback", relieved);
    }

    /**
     * For what goes to stores.
     *
     * @param mayBlock whether all of it runs on workers; otherwise it runs at once, on the thread that gives it, unless another
     *     thread is at it: then that one goes on with it, and after a while a worker
     * @param relieved called whenever the queue ceases to be long; without a lock
     */
    static SerialExecutor ofStores(Workers workers, boolean mayBlock, Runnable relieved) {
        return new SerialExecutor(
                mayBlock ? workers::execute : Runnable::run, workers::execute, workers, "store", relieved);
    }

    /** For other things that take their time. */
    static SerialExecutor onWorkers(Workers workers, String what) {
        return new SerialExecutor(workers::execute, workers::execute, workers, what, () -> {});
    }

    @Override
    public void execute(Runnable command) {
        synchronized (waiting) {
            if (ended) {
                workers.count("center.work.after_close");
                return;
            }
            waiting.add(command);
            if (running) {
                return;
            }
            running = true;
        }
        first.execute(this::runSome);
    }

    /** Whether so much waits that no more should be given. */
    boolean isLong() {
        synchronized (waiting) {
            return waiting.size() >= LONG;
        }
    }

    /**
     * Takes nothing more, and waits for what it has; not if the thread is interrupted.
     *
     * @param deadline until when, as {@link System#nanoTime} counts
     */
    void end(long deadline) {
        synchronized (waiting) {
            ended = true;
            try {
                for (long left = deadline - System.nanoTime(); running && left > 0; ) {
                    TimeUnit.NANOSECONDS.timedWait(waiting, left);
                    left = deadline - System.nanoTime();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
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
                if (ended && !running) {
                    waiting.notifyAll();
                }
            }
            if (next == null) {
                return;
            }
            if (shortAgain) {
                workers.guard("callback", relieved::run);
            }
            workers.guard(what, next::run);
        }
        then.execute(this::runSome);
    }
}
