package dev.outpost.agent.internal.metric;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.MetricPublisher;
import dev.outpost.agent.protocol.Heartbeat.HostFigures;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Samples all sources, and keeps one that hangs from stopping the others. Control loop only, but for {@link #figures}. */
public final class Sampler {

    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<SourceEntry> entries;
    private final MetricPublisher publisher;
    private final HostVitals vitals = new HostVitals();
    private final Duration collectionDeadline;
    private final Timers timers;
    private final AgentClock clock;
    private final Guard guard;
    private final ThrottledLog log;
    private final Counters counters;
    private @Nullable SamplerThread current;
    private @Nullable SourceEntry interrupted;
    private int stuck;
    private boolean closed;
    private long startedAt;

    /** A sampler that does not run yet. */
    public Sampler(
            List<SourceEntry> entries,
            MetricPublisher publisher,
            Duration collectionDeadline,
            Timers timers,
            AgentClock clock,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        this.entries = List.copyOf(entries);
        this.publisher = publisher;
        this.collectionDeadline = collectionDeadline;
        this.timers = timers;
        this.clock = clock;
        this.guard = guard;
        this.log = log;
        this.counters = counters;
    }

    /** Starts sampling; without sources there is no thread. */
    public void start() {
        if (entries.isEmpty()) {
            return;
        }
        startedAt = clock.epochNanos();
        long now = clock.nanoTime();
        entries.forEach(entry -> entry.begin(now));
        startThread();
        watchAgain();
    }

    private void startThread() {
        PointRecorder recorder =
                new PointRecorder(publisher, vitals, counters.counter("metrics.not_finite"), startedAt);
        SamplerThread next =
                new SamplerThread(entries, recorder, clock, guard, counters.counter("metrics.collections"));
        current = next;
        next.start();
    }

    private void watchAgain() {
        timers.schedule(clock.nanoTime() + GRACE_NANOS, this::watch);
    }

    private void watch() {
        SamplerThread thread = current;
        if (closed || thread == null) {
            return;
        }
        long limit = collectionDeadline.toNanos();
        int stuckNow = hanging().size();
        if (stuckNow < stuck) {
            thread.wake(); // one has come back, and may be due long before those that the thread waits for
        }
        stuck = stuckNow;
        SourceEntry overdue = thread.overdue(limit);
        if (overdue != null && overdue == interrupted && thread.overdue(limit + GRACE_NANOS) == overdue) {
            replace(thread, overdue);
        } else if (overdue != null) {
            interrupted = overdue;
            thread.interrupt();
        } else {
            interrupted = null;
        }
        watchAgain();
    }

    private void replace(SamplerThread thread, SourceEntry hanging) {
        hanging.stuck = true;
        stuck++;
        interrupted = null;
        thread.stop();
        counters.counter("metrics.sources.hung", hanging.name).increment();
        log.warn(
                "metric.source.hung." + hanging.name,
                "metric source " + hanging.name + " did not return within " + collectionDeadline
                        + " and ignored the interrupt; it is left alone until it does",
                null);
        startThread();
    }

    /** The names of sources that hang now. */
    public List<String> hanging() {
        return entries.stream()
                .filter(entry -> entry.stuck)
                .map(entry -> entry.name)
                .toList();
    }

    /** CPU and memory as last recorded; any thread. */
    public HostFigures figures() {
        return vitals.figures();
    }

    /** Stops sampling; does not wait for a collection that runs. */
    public void close() {
        closed = true;
        SamplerThread thread = current;
        if (thread != null) {
            thread.stop();
            thread.interrupt();
        }
    }

    /** Closes the sources, once no collection runs any more; not on the control loop. */
    public void closeSources(long timeoutNanos) throws InterruptedException {
        SamplerThread thread = current;
        if (thread != null) {
            thread.join(timeoutNanos);
        }
        for (SourceEntry entry : entries) {
            guard.run("metric source " + entry.name, entry.source::close);
        }
    }
}
