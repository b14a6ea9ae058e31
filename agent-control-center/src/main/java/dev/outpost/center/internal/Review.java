package dev.outpost.center.internal;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all sessions again. Each is a piece of work of its own, and the next one queues up behind what waits by then: with
 * thousands of agents, and an authenticator that takes its time, workers must get to other things in between.
 */
final class Review {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.center");

    private final String reason;
    private final Iterator<AgentSession> left;
    private final Predicate<AgentSession> goesOn;
    private final Workers workers;
    private int looked;
    private int ended;

    /**
     * A review of those sessions.
     *
     * @param goesOn looks at a session, ends it if need be, and says which
     */
    Review(String reason, Collection<AgentSession> sessions, Predicate<AgentSession> goesOn, Workers workers) {
        this.reason = reason;
        this.left = List.copyOf(sessions).iterator();
        this.goesOn = goesOn;
        this.workers = workers;
    }

    /** Begins; returns at once. */
    void begin() {
        workers.execute(this::next);
    }

    private void next() {
        if (!left.hasNext()) {
            workers.count("reviews.done");
            LOG.info("event=center.sessions.reviewed reason=\"{}\" sessions={} ended={}", reason, looked, ended);
            return;
        }
        AgentSession session = left.next();
        looked++;
        workers.guard("review", () -> ended += goesOn.test(session) ? 0 : 1);
        workers.execute(this::next);
    }
}
