package dev.outpost.benchmarks;

import dev.outpost.center.ControlCenter;
import java.util.ArrayDeque;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;

/**
 * The most handshakes that a control center has begun, and finished, within any second, by its own counters. They are read every
 * ten milliseconds, so that the seconds looked at are up to that much too short, and never too long.
 */
final class HandshakeWatch {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long PERIOD_MILLIS = 10;

    private final ControlCenter center;
    private final ArrayDeque<Reading> lastSecond = new ArrayDeque<>();
    private long mostBegun;
    private long mostDone;

    private record Reading(long before, long begun, long done) {}

    private HandshakeWatch(ControlCenter center) {
        this.center = center;
    }

    /** Watches from now on, on a thread of its own. */
    static HandshakeWatch start(ControlCenter center) {
        HandshakeWatch watch = new HandshakeWatch(center);
        Thread thread = new Thread(watch::run, "handshake-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    private void run() {
        try {
            while (true) {
                read();
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void read() {
        long before = System.nanoTime();
        SortedMap<String, Long> counters = center.counters();
        long begun = counters.getOrDefault("endpoint.connections.accepted", 0L);
        long done = counters.getOrDefault("endpoint.handshakes.done", 0L);
        lastSecond.add(new Reading(before, begun, done));
        long after = System.nanoTime();
        while (after - lastSecond.element().before > SECOND) {
            lastSecond.remove();
        }
        mostBegun = Math.max(mostBegun, begun - lastSecond.element().begun);
        mostDone = Math.max(mostDone, done - lastSecond.element().done);
    }

    /** Adds what was seen so far. */
    synchronized Figures into(Figures figures) {
        return figures.with("begun", mostBegun).with("done", mostDone);
    }
}
