package dev.outpost.agent.internal.metric;

import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.schedule.AgentClock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The thread that collects from sources when they are due; replaced when a source does not return. */
final class SamplerThread {

    private static final long LONGEST_PARK = 60_000_000_000L;

    private final List<SourceEntry> entries;
    private final PointRecorder recorder;
    private final AgentClock clock;
    private final Guard guard;
    private final LongAdder collections;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable SourceEntry collecting;
    private volatile long collectingSince;

    SamplerThread(
            List<SourceEntry> entries, PointRecorder recorder, AgentClock clock, Guard guard, LongAdder collections) {
        this.entries = entries;
        this.recorder = recorder;
        this.clock = clock;
        this.guard = guard;
        this.collections = collections;
        this.thread = AgentThreads.newThread("sampler", this::run);
    }

    void start() {
        thread.start();
    }

    /** The source that has been collecting for longer than {@code limit} nanoseconds, or null. */
    @Nullable SourceEntry overdue(long limit) {
        SourceEntry entry = collecting;
        return entry != null && clock.nanoTime() - collectingSince > limit && entry == collecting ? entry : null;
    }

    void interrupt() {
        thread.interrupt();
    }

    /** Looks again which source is due next. */
    void wake() {
        LockSupport.unpark(thread);
    }

    /** Ends the thread after the present collection, whose points no longer count. */
    void stop() {
        stopped = true;
        recorder.disable();
        LockSupport.unpark(thread);
    }

    void join(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, nanos));
    }

    private void run() {
        while (!stopped) {
            SourceEntry next = earliest();
            long wait = next == null ? LONGEST_PARK : next.due - clock.nanoTime();
            if (next == null || wait > 0) {
                LockSupport.parkNanos(this, Math.min(wait, LONGEST_PARK));
                Thread.interrupted();
            } else {
                collect(next);
            }
        }
    }

    private @Nullable SourceEntry earliest() {
        SourceEntry earliest = null;
        for (SourceEntry entry : entries) {
            if (!entry.stuck && (earliest == null || entry.due - earliest.due < 0)) {
                earliest = entry;
            }
        }
        return earliest;
    }

    private void collect(SourceEntry entry) {
        long start = clock.nanoTime();
        collectingSince = start;
        collecting = entry;
        recorder.begin(clock.epochNanos());
        try {
            guard.run("metric source " + entry.name, () -> entry.source.collect(recorder));
        } finally {
            recorder.end();
            collecting = null;
            Thread.interrupted(); // from the watch, perhaps too late for this collection
        }
        collections.increment();
        // The rhythm holds unless a whole beat was missed, which is left out rather than made up for.
        entry.due += entry.interval().toNanos();
        if (entry.due - clock.nanoTime() < 0) {
            entry.due = clock.nanoTime() + entry.interval().toNanos();
        }
        if (stopped) {
            entry.stuck = false; // it came back after all; the thread that took over may collect from it again
        }
    }
}
