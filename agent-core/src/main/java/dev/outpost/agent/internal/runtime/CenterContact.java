package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.lane.Lane;
import dev.outpost.agent.internal.session.ReportSource;
import dev.outpost.agent.internal.session.Requests;
import dev.outpost.agent.internal.session.Session;
import dev.outpost.agent.internal.session.SessionEvents;
import dev.outpost.agent.internal.session.SessionSettings;
import dev.outpost.agent.internal.session.Surroundings;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestException.Reason;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.transport.Transport;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The agent's contact with its control center: the session, and the surroundings that it depends on; or neither, for an agent that has no
 * control center. Control loop only, but for what says otherwise.
 */
final class CenterContact {

    private final @Nullable Session session;
    private final @Nullable Surroundings surroundings;

    /**
     * Not begun.
     *
     * @param transports the ways there; none for an agent without a control center
     * @param events asked for only when there is a control center
     */
    CenterContact(
            List<Transport> transports,
            SessionSettings settings,
            Supplier<SessionEvents> events,
            ReportSource reports,
            List<Lane> lanes,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        if (transports.isEmpty()) {
            session = null;
            surroundings = null;
        } else {
            session = new Session(
                    transports, settings, events.get(), reports, lanes, timers, inbox, clock, random, guard, counters);
            surroundings = Surroundings.real(
                    transports, session, settings.identityInterval(), timers, inbox, clock, guard, log, counters);
        }
    }

    /** Whether there is a control center. */
    boolean exists() {
        return session != null;
    }

    /** Begins to connect. */
    void connect() {
        if (session != null) {
            session.start();
        }
    }

    /** Begins to look at the surroundings. */
    void watchSurroundings() {
        if (surroundings != null) {
            surroundings.start();
        }
    }

    /** Sends what waits; says how much. */
    int pump() {
        return session == null ? 0 : session.pump();
    }

    /** Whether the control center has let us in, and the link stands. */
    boolean isReady() {
        return session != null && session.isReady();
    }

    void reconnectNow() {
        if (session != null) {
            session.reconnectNow();
        }
    }

    /** Asks the control center; the answer comes on the loop. */
    void request(Requests.Asked asked) {
        if (session == null) {
            asked.answer().accept(null, new RequestException(Reason.UNAVAILABLE, "this agent has no control center"));
        } else {
            session.request(asked);
        }
    }

    /** Seconds until a certificate of this agent expires; empty without one. Any thread. */
    OptionalLong secondsToExpiry() {
        return surroundings == null ? OptionalLong.empty() : surroundings.secondsToExpiry();
    }

    /** How far the control center's clock is ahead, in milliseconds; any thread. */
    OptionalLong clockSkewMillis() {
        return session == null ? OptionalLong.empty() : session.clockSkewMillis();
    }

    /** How far the control center's clock is ahead of ours; 0 as long as that is not known. Any thread. */
    long aheadNanos() {
        return TimeUnit.MILLISECONDS.toNanos(clockSkewMillis().orElse(0));
    }

    /** What is wrong with who the agent is, one line each. */
    List<String> problems() {
        return surroundings == null ? List.of() : surroundings.problems();
    }

    /** Says goodbye; nothing follows. */
    void close(String reason) {
        if (surroundings != null) {
            surroundings.close();
        }
        if (session != null) {
            session.close(reason);
        }
    }
}
