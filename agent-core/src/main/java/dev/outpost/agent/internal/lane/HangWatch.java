package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;

/**
 * Notices that the disk has begun a piece of work and does not come back from it, as a network's disk does when its server
 * is away: nobody is to wait for that for ever. Control loop only.
 */
final class HangWatch {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final SpoolDisk disk;
    private final Duration limit;
    private final Timers timers;
    private final AgentClock clock;
    private final Events events;
    private boolean scheduled;
    private boolean hanging;
    private boolean closed;

    /** Is told. */
    interface Events {

        /** It has not answered for too long; false if that is of no importance now. */
        boolean onHanging();

        /** It answers again. */
        void onAnswered();
    }

    HangWatch(SpoolDisk disk, Duration limit, Timers timers, AgentClock clock, Events events) {
        this.disk = disk;
        this.limit = limit;
        this.timers = timers;
        this.clock = clock;
        this.events = events;
    }

    /** Something was given to the disk: looks from time to time until all of it is done. */
    void begin() {
        if (!scheduled && !closed) {
            scheduled = true;
            timers.schedule(clock.nanoTime(), EVERY, this::look);
        }
    }

    private void look() {
        scheduled = false;
        if (closed) {
            return;
        }
        boolean hangs = disk.hangsFor(limit);
        if (hangs) {
            hanging |= events.onHanging();
        } else if (hanging) {
            hanging = false;
            events.onAnswered();
        }
        if (disk.isBusy()) {
            begin();
        }
    }

    void close() {
        closed = true;
    }
}
