package dev.outpost.benchmarks;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Simulated agents, each with a socket of its own. Tells {@code all} whenever all are let in: when that was, and what it took.
 */
final class FleetProcess implements SimulatedAgent.Fleet {

    private static final int UNDER_WAY = 256;

    private final FleetLink link;
    private final int count;
    private final int first;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(body -> {
        Thread thread = new Thread(body, "fleet-timer");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private volatile int begun;
    private volatile boolean ramp = true;

    private FleetProcess(FleetLink link, int first, int count) {
        this.link = link;
        this.first = first;
        this.count = count;
    }

    public static void main(String[] arguments) throws Exception {
        FleetLink link = new FleetLink(Link.of(arguments), Integer.parseInt(arguments[2]));
        FleetProcess fleet = new FleetProcess(link, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        Parent.tell("begun", System.currentTimeMillis());
        for (int i = 0; i < UNDER_WAY; i++) {
            fleet.beginOne();
        }
        Parent.awaitEnd();
    }

    /** The first time they come one after the other, so many under way at once. */
    private void beginOne() {
        int mine;
        synchronized (this) {
            if (begun == count) {
                return;
            }
            mine = begun++;
        }
        new SimulatedAgent(first + mine, this).connect();
    }

    @Override
    public FleetLink link() {
        return link;
    }

    @Override
    public void later(Duration delay, Runnable action) {
        var unused = timer.schedule(action, SimulatedAgent.nanos(delay), TimeUnit.NANOSECONDS);
    }

    @Override
    public void onAttempt() {
        attempts.incrementAndGet();
    }

    @Override
    public void onWelcome() {
        int now = connected.incrementAndGet();
        if (ramp) {
            beginOne();
        }
        if (now == count) {
            ramp = false;
            Parent.tell(
                    "all",
                    new Figures()
                            .with("at", System.currentTimeMillis())
                            .with("attempts", attempts.getAndSet(0))
                            .with("failures", failures.getAndSet(0))
                            .with("lost", lost.getAndSet(0)));
        }
    }

    @Override
    public void onLost() {
        lost.incrementAndGet();
        connected.decrementAndGet();
    }

    @Override
    public void onFailed() {
        failures.incrementAndGet();
    }
}
