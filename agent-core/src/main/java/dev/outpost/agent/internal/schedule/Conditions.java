package dev.outpost.agent.internal.schedule;

import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.schedule.PollTrigger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks conditions, on a thread that is not the loop's, one at a time. */
final class Conditions {

    /** A condition that takes longer does not answer. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Executor thread;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Guard guard;
    private volatile @Nullable Asked now;

    /** The condition being asked. */
    private record Asked(String schedule, long since) {}

    /**
     * Conditions of schedules.
     *
     * @param thread runs one command at a time, and never the caller's thread's
     */
    Conditions(Executor thread, Inbox inbox, AgentClock clock, Guard guard) {
        this.thread = thread;
        this.inbox = inbox;
        this.clock = clock;
        this.guard = guard;
    }

    /** Asks whether a condition holds; {@code answer} is told on the control loop. One that throws does not hold. */
    void ask(Entry entry, PollTrigger trigger, Consumer<Boolean> answer) {
        thread.execute(() -> {
            now = new Asked(entry.name(), clock.nanoTime());
            boolean holds = guard.call(
                    "condition", () -> entry.ofTrigger(() -> trigger.condition().getAsBoolean()), false);
            now = null;
            inbox.post(() -> answer.accept(holds));
        });
    }

    /** The schedule whose condition does not answer; any thread. */
    Optional<String> hanging() {
        Asked asked = now;
        return asked == null || clock.nanoTime() - asked.since < PATIENCE_NANOS
                ? Optional.empty()
                : Optional.of(asked.schedule);
    }
}
