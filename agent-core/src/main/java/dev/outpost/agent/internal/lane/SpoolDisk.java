package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.DiskQueue;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.spool.SpoolStore;
import dev.outpost.agent.schedule.AgentClock;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way to the store, which only the disk thread touches; what goes wrong there is told on the control loop. */
final class SpoolDisk {

    private final DiskQueue disk;
    private final Inbox inbox;
    private final AgentClock clock;
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean busy;
    private volatile long busySince;

    /** Belongs to the disk thread, which alone looks into it. */
    private @Nullable SpoolStore store;

    SpoolDisk(DiskQueue disk, Inbox inbox, AgentClock clock) {
        this.disk = disk;
        this.inbox = inbox;
        this.clock = clock;
    }

    /** Whether anything is to be done or being done. */
    boolean isBusy() {
        return pending.get() > 0;
    }

    /** Whether the disk has been at one piece of work for so long. */
    boolean hangsFor(Duration time) {
        return busy && clock.nanoTime() - busySince >= time.toNanos();
    }

    private void execute(Runnable work) {
        pending.incrementAndGet();
        boolean taken = disk.execute(() -> {
            busySince = clock.nanoTime();
            busy = true;
            try {
                work.run();
            } finally {
                busy = false;
                pending.decrementAndGet();
            }
        });
        if (!taken) {
            pending.decrementAndGet();
        }
    }

    /** Something to do with the store. */
    @FunctionalInterface
    interface Work {
        void run(SpoolStore store) throws IOException;
    }

    /** Makes the store. */
    @FunctionalInterface
    interface Opening {
        SpoolStore open() throws IOException;
    }

    /**
     * Opens the store, and does {@code first} with it: without that it is closed again, lest the next attempt find its own
     * slot taken.
     */
    void open(Opening opening, Work first, Consumer<Exception> failed) {
        execute(() -> {
            try {
                SpoolStore opened = opening.open();
                boolean done = false;
                try {
                    first.run(opened);
                    done = true;
                    store = opened;
                } finally {
                    if (!done) {
                        opened.close();
                    }
                }
            } catch (IOException | RuntimeException e) { // a bug must not leave the agent without telemetry
                inbox.post(() -> failed.accept(e));
            }
        });
    }

    /**
     * Does some work.
     *
     * @param failed runs on the control loop when that throws, or when there is no store
     */
    void submit(Work work, Consumer<Exception> failed) {
        execute(() -> {
            SpoolStore present = store;
            if (present == null) {
                inbox.post(() -> failed.accept(new IOException("the spool is not open")));
                return;
            }
            try {
                work.run(present);
            } catch (IOException | RuntimeException e) { // a bug must not end the disk thread's work
                inbox.post(() -> failed.accept(e));
            }
        });
    }

    /**
     * Closes the store after all that was asked for before, and takes nothing more.
     *
     * @param failed runs on the disk thread, for the loop may have ended
     */
    void close(Consumer<Exception> failed) {
        execute(() -> {
            SpoolStore present = store;
            store = null;
            if (present == null) {
                return;
            }
            try {
                present.close();
            } catch (IOException | RuntimeException e) { // the agent ends all the same
                failed.accept(e);
            }
        });
        disk.close();
    }
}
