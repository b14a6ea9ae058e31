package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Inbox;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Events on their way to the control loop: a bound of their own, so that a flood of them keeps nothing else away. Thread-safe. */
final class EventInbox {

    private static final int MOST_WAITING = 1_024;

    private final Inbox inbox;
    private final Consumer<Event> onLoop;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder emitted;
    private final LongAdder full;
    private final LongAdder notRunning;

    EventInbox(Inbox inbox, Counters counters, Consumer<Event> onLoop) {
        this.inbox = inbox;
        this.onLoop = onLoop;
        this.emitted = counters.counter("events.emitted");
        this.full = counters.counter("events.dropped", "inbox_full");
        this.notRunning = counters.counter("events.dropped", "not_running");
    }

    /** Hands an event over, unless too many wait or the agent does not run. */
    boolean emit(Event event, boolean running) {
        if (!running) {
            notRunning.increment();
            return false;
        }
        if (waiting.incrementAndGet() <= MOST_WAITING && inbox.tryPost(() -> take(event))) {
            emitted.increment();
            return true;
        }
        waiting.decrementAndGet();
        full.increment();
        return false;
    }

    private void take(Event event) {
        waiting.decrementAndGet();
        onLoop.accept(event);
    }
}
