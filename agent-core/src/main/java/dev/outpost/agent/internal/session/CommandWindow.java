package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.protocol.TaskCancel;
import dev.outpost.agent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Optional;

/**
 * Lets a command in once, and only when it is of now: one per connection and id, with a stamp that is not far from the control center's
 * time. What somebody recorded and plays again, or what lay in a queue for an hour, has no effect. Control loop only.
 */
final class CommandWindow {

    /** Much longer than any delay of a connection that counts as alive. */
    private static final Duration MOST_AGE = Duration.ofMinutes(5);

    private final ClockSkew skew;
    private final Counters counters;
    private long lastId;
    private boolean stale;

    /** Of one connection. */
    CommandWindow(ClockSkew skew, Counters counters) {
        this.skew = skew;
        this.counters = counters;
    }

    /** What is wrong with a message, if it is a command. */
    Optional<Rejection> refuse(Envelope<CenterMessage> message, long nanoTime) {
        if (!isCommand(message.payload())) {
            return Optional.empty();
        }
        if (Long.compareUnsigned(message.id(), lastId) <= 0) {
            counters.counter("protocol.ignored", "replayed").increment();
            return Optional.of(new Rejection(
                    Rejection.Code.REPEATED,
                    "message " + message.id() + " came after " + Long.toUnsignedString(lastId)
                            + ": a command counts once"));
        }
        lastId = message.id();
        long age = skew.ageNanos(message.epochNanos(), nanoTime);
        if (Math.abs(age) > MOST_AGE.toNanos()) {
            stale = true;
            counters.counter("protocol.ignored", "stale").increment();
            return Optional.of(new Rejection(
                    Rejection.Code.STALE,
                    "its time is off by " + Duration.ofNanos(age) + "; allowed is " + MOST_AGE + " either way"));
        }
        return Optional.empty();
    }

    /** Whether a command was refused for its time since this was asked last: the control center's clock may have been set. */
    boolean takeStale() {
        boolean was = stale;
        stale = false;
        return was;
    }

    /** What makes the agent do something. An old set of schedules would take the place of the newer one. */
    private static boolean isCommand(CenterMessage payload) {
        return payload instanceof TaskDispatch
                || payload instanceof TaskCancel
                || payload instanceof ScheduleSet
                || payload instanceof ScheduleCommand
                || payload instanceof Request;
    }
}
