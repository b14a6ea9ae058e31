package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.AgentState;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's state and what does not work. Changed by the control loop, but for the first and last steps; read by all. */
final class StateHolder {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");

    private final String agentId;
    private final Notifier notifier;
    private volatile AgentState state = AgentState.NEW;
    private final Object moving = new Object();
    private volatile Set<String> degraded = Set.of();

    StateHolder(String agentId, Notifier notifier) {
        this.agentId = agentId;
        this.notifier = notifier;
    }

    AgentState get() {
        return state;
    }

    Set<String> degraded() {
        return degraded;
    }

    /**
     * The one way from state to state.
     *
     * @return false when there is no such way; then nothing has changed
     */
    boolean move(AgentState next, String reason) {
        AgentState left;
        synchronized (moving) {
            left = state;
            if (left == next || !left.permits(next)) {
                return false;
            }
            state = next;
        }
        if (next == AgentState.OFFLINE) {
            LOG.warn("event=agent.state agent={} from={} to={} {}", agentId, left, next, reason);
        } else {
            LOG.info("event=agent.state agent={} from={} to={} {}", agentId, left, next, reason);
        }
        notifier.tell(listener -> listener.onStateChanged(left, next, reason));
        return true;
    }

    void degraded(Set<String> reasons) {
        if (!reasons.equals(degraded)) {
            Set<String> now = Set.copyOf(reasons);
            degraded = now;
            if (now.isEmpty()) {
                LOG.info("event=agent.recovered agent={} all works again", agentId);
            } else {
                LOG.warn("event=agent.degraded agent={} reasons={}", agentId, new TreeSet<>(now));
            }
            notifier.tell(listener -> listener.onDegradedChanged(now));
        }
    }
}
