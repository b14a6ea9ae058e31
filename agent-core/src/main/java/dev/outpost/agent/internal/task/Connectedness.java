package dev.outpost.agent.internal.task;

import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.task.DisconnectPolicy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** What {@link DisconnectPolicy} says, against whether the control center is there. Control loop only. */
final class Connectedness {

    private final AgentClock clock;
    private final Consumer<Task> overdue;
    private boolean connected = true;
    private long awaySinceNanos;

    /**
     * Connected.
     *
     * @param overdue is told of a task whose control center has been away for as long as it allows
     */
    Connectedness(AgentClock clock, Consumer<Task> overdue) {
        this.clock = clock;
        this.overdue = overdue;
    }

    void connected(boolean now, Collection<Task> live) {
        if (now == connected) {
            return;
        }
        connected = now;
        awaySinceNanos = clock.nanoTime();
        for (Task task : List.copyOf(live)) {
            if (now) {
                task.timers.cancel(TaskTimers.Kind.DISCONNECT);
            } else {
                watch(task);
            }
        }
    }

    /** A task begins its way. */
    void watch(Task task) {
        Duration after = task.request.onDisconnect().after();
        if (!connected && after != null) {
            Duration left = after.minusNanos(clock.nanoTime() - awaySinceNanos);
            task.timers.after(TaskTimers.Kind.DISCONNECT, left, () -> overdue.accept(task));
        }
    }

    /** Whether an attempt of the task may begin now. */
    boolean permits(Task task) {
        return connected || task.request.onDisconnect().kind() != DisconnectPolicy.Kind.FINISH_ATTEMPT;
    }
}
