package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.DiskQueue;
import java.util.ArrayDeque;
import java.util.Queue;

/** The disk thread, whose work is done when the test says so. */
final class HandDisk implements DiskQueue {

    private final Queue<Runnable> waiting = new ArrayDeque<>();

    @Override
    public boolean execute(Runnable action) {
        return waiting.add(action);
    }

    @Override
    public void close() {
        // nothing ends here
    }

    /** Does one piece of work; false when there is none. */
    boolean step() {
        Runnable next = waiting.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    void runAll() {
        while (step()) {
            // goes on
        }
    }
}
