package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Whether the chains may write to the spool: it is being opened, it works, it has failed, it hangs, it is closed. Tells them
 * when it fails, and when it is worth another attempt. Control loop only.
 */
final class SpoolAccess {

    /** Lanes begin, and go on, without the spool when its disk does not answer within this. */
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);

    private final List<Chain> chains;
    private final SpoolDisk disk;
    private final SpoolHealth health;
    private final HangWatch watch;
    private final Timers timers;
    private final AgentClock clock;
    private boolean open;
    private boolean closed;

    /** To a spool that is not opened. */
    SpoolAccess(List<Chain> chains, SpoolDisk disk, SpoolHealth health, Timers timers, AgentClock clock) {
        this.chains = chains;
        this.disk = disk;
        this.health = health;
        this.watch = new HangWatch(disk, ANSWERS_WITHIN, timers, clock, new HangEvents());
        this.timers = timers;
        this.clock = clock;
    }

    // ---- opening --------------------------------------------------------------------------------------------------

    /**
     * Has it opened, and tries again until that succeeds.
     *
     * @param first what the disk thread does with it at once; what is told by that ends with {@link #opened}
     */
    void open(SpoolDisk.Opening opening, SpoolDisk.Work first) {
        timers.schedule(clock.nanoTime(), ANSWERS_WITHIN, this::onSlowOpening);
        tryOpen(opening, first);
    }

    private void onSlowOpening() {
        if (!open && !closed && !health.isDegraded()) {
            fail("cannot be opened", new TimeoutException("the disk has not answered within " + ANSWERS_WITHIN));
        }
    }

    private void tryOpen(SpoolDisk.Opening opening, SpoolDisk.Work first) {
        if (closed) {
            return;
        }
        disk.open(opening, first, failure -> {
            fail("cannot be opened", failure);
            health.retryLater(() -> tryOpen(opening, first));
        });
    }

    /** It is open, and can be written to. */
    void opened() {
        open = true;
        health.works();
    }

    // ---- use ------------------------------------------------------------------------------------------------------

    /** Whether writing makes sense now. */
    boolean canWrite() {
        return open && !closed && health.isGood();
    }

    /** Whether it was tried and does not work for now. */
    boolean hasFailed() {
        return closed || health.isBad();
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Does some work, after all that was asked for before.
     *
     * @param problem what is said of the spool when that throws
     * @param failed runs on the control loop then
     */
    void submit(String problem, SpoolDisk.Work work, Consumer<Exception> failed) {
        disk.submit(work, e -> {
            health.note(problem, e);
            failed.accept(e);
        });
        watch.begin();
    }

    // ---- failures -------------------------------------------------------------------------------------------------

    private final class HangEvents implements HangWatch.Events {
        @Override
        public boolean onHanging() {
            if (!canWrite()) {
                return false; // that it does not work is known
            }
            fail("does not answer", new TimeoutException("the disk has been busy for " + ANSWERS_WITHIN));
            return true;
        }

        @Override
        public void onAnswered() {
            tryAgain();
        }
    }

    /** Nobody writes for a while; then everybody tries again. */
    void suspend(String what, Exception failure) {
        if (!canWrite()) {
            return; // others fail for the same reason
        }
        fail(what, failure);
        health.retryLater(this::tryAgain);
    }

    private void fail(String what, Exception failure) {
        health.fails(what, failure);
        chains.forEach(Chain::onSpoolFailed);
    }

    private void tryAgain() {
        health.hope(); // one more attempt, which will tell
        chains.forEach(Chain::onSpoolRetry);
    }

    /**
     * Closes it after what was asked for before. Ends on the disk thread.
     *
     * @param failed runs there when that throws
     */
    void close(Consumer<Exception> failed) {
        closed = true;
        watch.close();
        disk.close(failed);
    }
}
