package dev.outpost.agent.internal.session;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends heartbeats over one link, and notices when nothing comes back. Whatever is received shows that the other side is
 * there; nothing for so long after a heartbeat shows that it is not. Control loop only.
 */
final class Liveness {

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(10);
    private static final int MANY_ANSWERS = 2;
    private static final long LOOK_AT_CLOCK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Uplink uplink;
    private final Supplier<Heartbeat> heartbeats;
    private final Duration interval;
    private final Duration patience;
    private final Timers timers;
    private final AgentClock clock;
    private final Counters counters;
    private final Consumer<String> silent;
    private Timers.@Nullable Timer heartbeatTimer;
    private Timers.@Nullable Timer answerTimer;
    private long askedNanos;
    private long longestNanos;
    private long heartbeatId;
    private long heartbeatEpochNanos;
    private long heartbeatNanos;
    private int answers;
    private boolean isSilent;

    /**
     * Not begun.
     *
     * @param patience how long an answer may take
     * @param silent is told when the other side is gone, in words; once
     */
    Liveness(
            Uplink uplink,
            Supplier<Heartbeat> heartbeats,
            Duration interval,
            Duration patience,
            Timers timers,
            AgentClock clock,
            Counters counters,
            Consumer<String> silent) {
        this.uplink = uplink;
        this.heartbeats = heartbeats;
        this.interval = interval;
        this.patience = patience;
        this.timers = timers;
        this.clock = clock;
        this.counters = counters;
        this.silent = silent;
    }

    /**
     * How often to send heartbeats.
     *
     * @param asked by the control center, which has the last word within bounds; zero when it leaves that to the agent
     * @param usual the agent's own
     */
    static Duration interval(Duration asked, Duration usual) {
        if (asked.isZero()) {
            return usual;
        }
        return asked.compareTo(SHORTEST_INTERVAL) < 0
                ? SHORTEST_INTERVAL
                : asked.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : asked;
    }

    /** Sends a heartbeat now, and from now on. */
    void begin() {
        heartbeatEpochNanos = clock.epochNanos();
        heartbeatNanos = clock.nanoTime();
        heartbeatId = uplink.send(heartbeats.get(), 0);
        counters.counter("heartbeats.sent").increment();
        heartbeatTimer = timers.schedule(clock.nanoTime(), interval, this::begin);
        expectAnswer("heartbeat");
    }

    /** A heartbeat is due now, for the stamp of its answer; not within seconds of the one before. */
    void lookAtClock() {
        if (clock.nanoTime() - heartbeatNanos >= LOOK_AT_CLOCK_NANOS) {
            timers.cancel(heartbeatTimer);
            begin();
        }
    }

    /** Asks whether the other side is there, between two heartbeats. */
    void ping() {
        uplink.send(new Ping(), 0);
        counters.counter("pings.sent").increment();
        expectAnswer("ping");
    }

    /** What is sent does not extend the time that the one before was given. */
    private void expectAnswer(String to) {
        if (answerTimer == null) {
            askedNanos = clock.nanoTime();
            answerTimer = timers.schedule(clock.nanoTime(), patience, () -> {
                isSilent = true;
                silent.accept("nothing received within " + patience + " of a " + to);
            });
        }
    }

    /** Nothing was received for too long. */
    boolean isSilent() {
        return isSilent;
    }

    /** Something came. */
    void heard() {
        if (answerTimer != null) {
            answers = Math.min(MANY_ANSWERS, answers + 1);
            longestNanos = Math.max(longestNanos, clock.nanoTime() - askedNanos);
        }
        stopWaiting();
    }

    /** It has answered more than once. */
    boolean hasAnsweredOften() {
        return answers >= MANY_ANSWERS;
    }

    /** The longest that an answer has taken. */
    Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    private void stopWaiting() {
        timers.cancel(answerTimer);
        answerTimer = null;
    }

    /** When the heartbeat was sent that a message answers, by the wall clock; 0 if it answers none, or an older one. */
    long sentEpochNanos(long inReplyTo) {
        return inReplyTo == heartbeatId ? heartbeatEpochNanos : 0;
    }

    void end() {
        timers.cancel(heartbeatTimer);
        stopWaiting();
    }
}
