package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.internal.base.DutyCycle;
import dev.outpost.agent.internal.base.IdleStrategy;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.schedule.AgentClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The telemetry loop's duty cycle: all cutters in turn, and requests to flush. */
public final class TelemetryLoop implements DutyCycle {

    private final List<BatchCutter> cutters = new ArrayList<>();
    private final AgentClock clock;
    private final IdleStrategy idle;
    private final Queue<Flush> requested = new ConcurrentLinkedQueue<>();
    private final Queue<Flush> waiting = new ArrayDeque<>();

    /** A loop without signals. */
    public TelemetryLoop(AgentClock clock, IdleStrategy idle) {
        this.clock = clock;
        this.idle = idle;
    }

    /** Adds a signal; before the loop runs. */
    public void add(Signal signal, TelemetryRing ring, BatchLimits limits, List<Outlet> outlets) {
        cutters.add(new BatchCutter(signal, ring, limits, outlets, clock));
    }

    /**
     * Closes batches early. When everything published before this call has been handed to the lanes, {@code done} runs on
     * the telemetry loop. Any thread.
     */
    public void flush(Runnable done) {
        requested.add(new Flush(cutters.stream().mapToLong(BatchCutter::cursor).toArray(), done));
        idle.wake();
    }

    @Override
    public int doWork() {
        int work = 0;
        for (int i = 0; i < cutters.size(); i++) {
            work += cutters.get(i).doWork();
        }
        return work + doFlushes();
    }

    private int doFlushes() {
        for (Flush flush = requested.poll(); flush != null; flush = requested.poll()) {
            waiting.add(flush);
        }
        int done = 0;
        for (Flush flush = waiting.peek(); flush != null && isPassed(flush); flush = waiting.peek()) {
            waiting.remove();
            flush.done.run();
            done++;
        }
        return done;
    }

    private boolean isPassed(Flush flush) {
        boolean passed = true;
        for (int i = 0; i < cutters.size(); i++) {
            passed &= cutters.get(i).passed(flush.cursors[i]);
        }
        return passed;
    }

    /** A request to flush: how far each ring was when it came. */
    private static final class Flush {
        private final long[] cursors;
        private final Runnable done;

        Flush(long[] cursors, Runnable done) {
            this.cursors = cursors;
            this.done = done;
        }
    }
}
