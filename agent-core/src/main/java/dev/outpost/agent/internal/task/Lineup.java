package dev.outpost.agent.internal.task;

import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.TaskOrigin;
import dev.outpost.agent.task.TaskState;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks whose turn it is: in the line of their type until an executor has a slot, then in the journal, then started. Tasks that
 * may not begin for now, because the control center or the journal is away, are held beside the lines. Control loop only.
 */
final class Lineup {

    private static final Duration REFUSED_RETRY = Duration.ofMillis(100);
    private static final Duration HELD_RETRY = Duration.ofSeconds(2);
    private static final int SLOTS_UNKNOWN = Integer.MIN_VALUE;

    private final Attempts attempts;
    private final Journal journal;
    private final TaskMemory memory;
    private final Connectedness connectedness;
    private final Guard guard;
    private final Timers timers;
    private final AgentClock clock;
    private final Consumer<Task> begun;
    private final Set<Task> held = new LinkedHashSet<>();
    private boolean rechecks;
    private boolean closing;

    /**
     * An empty one.
     *
     * @param begun is told when the attempt of a task runs
     */
    Lineup(
            Attempts attempts,
            Journal journal,
            TaskMemory memory,
            Connectedness connectedness,
            Guard guard,
            Timers timers,
            AgentClock clock,
            Consumer<Task> begun) {
        this.attempts = attempts;
        this.journal = journal;
        this.memory = memory;
        this.connectedness = connectedness;
        this.guard = guard;
        this.timers = timers;
        this.clock = clock;
        this.begun = begun;
    }

    /** From now on nothing begins: the agent closes. */
    void closing() {
        closing = true;
    }

    /** A task in QUEUED that nothing else holds back. */
    void add(Task task) {
        if (closing) {
            return; // it is kept or handed back where it stands
        }
        if (mayBegin(task)) {
            task.line.add(task);
            runNext(task.line.queue);
        } else {
            hold(task);
        }
    }

    /** A task has ended or is let go, wherever it stood. */
    void remove(Task task) {
        held.remove(task);
        task.line.remove(task);
    }

    /**
     * Whether a task may run although the journal cannot have it: a dispatch may be sent again after a crash, and would run again, so
     * it must be one that may.
     */
    boolean mayGoUnrecorded(Task task) {
        return journal.isHealthy() || task.request.idempotent() || task.origin != TaskOrigin.DISPATCH;
    }

    private boolean mayBegin(Task task) {
        return connectedness.permits(task) && mayGoUnrecorded(task);
    }

    private void hold(Task task) {
        held.add(task);
        if (!rechecks) {
            rechecks = true;
            timers.schedule(clock.nanoTime(), HELD_RETRY, () -> {
                rechecks = false;
                recheck();
            });
        }
    }

    /** Something has changed that may have held tasks back. */
    void recheck() {
        List<Task> all = List.copyOf(held);
        held.clear();
        all.forEach(this::add);
    }

    /** Hands tasks over as long as the executor has slots. */
    void runNext(ExecutorQueue queue) {
        for (Task task = queue.next(); task != null && !closing; task = queue.next()) {
            if (!mayBegin(task)) {
                task.line.remove(task);
                hold(task);
                continue;
            }
            int free = guard.call("task executor", () -> queue.executor().freeSlots(), SLOTS_UNKNOWN);
            if (free == SLOTS_UNKNOWN || (free <= 0 && queue.running + queue.starting == 0)) {
                askAgain(queue); // none of our attempts will free a slot here
            }
            if (free - queue.starting <= 0) {
                return; // the executor tells when a slot is free, or is asked again
            }
            if (!prepare(task)) {
                return;
            }
        }
    }

    /** The journal has to have it before the first effect. False when the executor has refused it at once. */
    private boolean prepare(Task task) {
        ExecutorQueue queue = task.line.queue;
        task.line.remove(task);
        task.line.running++;
        queue.starting++;
        task.starting = true;
        if (task.line.breaker != null) {
            task.probe = task.line.breaker.onBegin();
        }
        memory.stands(task.startReport(clock.epochNanos()));
        journal.whenDurable(durable -> start(task));
        return !queue.asksAgain;
    }

    private void start(Task task) {
        ExecutorQueue queue = task.line.queue;
        task.starting = false;
        queue.starting--;
        if (task.state != TaskState.QUEUED || task.letGo) {
            unready(task);
            runNext(queue);
        } else if (!mayBegin(task)) {
            unready(task);
            hold(task);
            runNext(queue);
        } else if (attempts.tryStart(task)) {
            begun.accept(task);
        } else {
            unready(task);
            memory.stands(task.report(clock.epochNanos(), "", Map.of(), null));
            task.line.add(task);
            askAgain(queue);
        }
    }

    private static void unready(Task task) {
        task.line.running--;
        if (task.line.breaker != null) {
            task.line.breaker.onNothing(task.probe);
        }
    }

    /**
     * An attempt is over.
     *
     * @param success whether it succeeded; null when it was cancelled, which says nothing of the type
     */
    void ended(Task task, @Nullable Boolean success) {
        TypeLine line = task.line;
        line.running--;
        TypeBreaker breaker = line.breaker;
        if (breaker == null) {
            return;
        }
        if (success == null) {
            breaker.onNothing(task.probe);
            return;
        }
        long openFor = breaker.onEnd(success, task.probe);
        if (openFor > 0) {
            timers.schedule(clock.nanoTime(), Duration.ofNanos(openFor), () -> {
                breaker.onWaited();
                runNext(line.queue);
            });
        }
    }

    @Override
    public String toString() {
        return "held=" + held.stream().map(Task::id).toList();
    }

    /** One timer per queue, however many tasks are refused meanwhile. */
    private void askAgain(ExecutorQueue queue) {
        if (!queue.asksAgain) {
            queue.asksAgain = true;
            timers.schedule(clock.nanoTime(), REFUSED_RETRY, () -> {
                queue.asksAgain = false;
                runNext(queue);
            });
        }
    }
}
