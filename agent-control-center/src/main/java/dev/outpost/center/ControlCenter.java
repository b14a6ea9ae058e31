package dev.outpost.center;

import dev.outpost.agent.request.Body;
import dev.outpost.agent.task.TaskRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/** A control center inside this program. Thread-safe. */
public interface ControlCenter extends AutoCloseable {

    /** A builder; it needs at least one endpoint. */
    static ControlCenterBuilder builder() {
        return new ControlCenterBuilder();
    }

    /**
     * Begins to listen on all endpoints.
     *
     * @throws IOException if one of them cannot; then none does
     * @throws IllegalStateException if it was started or closed before
     */
    void start() throws IOException;

    /** The port of the first endpoint. */
    int port();

    /** All agents that have been connected since the start. */
    Collection<AgentInfo> agents();

    /** One of them. */
    Optional<AgentInfo> agent(String agentId);

    /**
     * Gives an agent a task. While the agent is lost the task waits, and is sent as soon as it is back; an agent never runs a
     * task id twice, however often it is sent.
     *
     * @return the task's handle; the same one for the same agent and task id while the task has not ended
     * @throws CenterException if the agent is not known, too many of its tasks have not ended, or the control center is
     *     closed
     */
    TaskHandle dispatch(String agentId, TaskRequest request);

    /**
     * Asks an agent that is connected something of the application's own; its handler for the type answers. Counts once:
     * nothing waits for an agent to come back, and nothing is sent again.
     *
     * @param type names the handler there, 1 to 128 characters
     * @param body at most {@link Body#MAX_BYTES}
     * @param timeout how long to wait for the answer: more than zero, at most a day
     * @return completes with the answer, or exceptionally with a {@link dev.outpost.agent.request.RequestException}, on a
     *     worker and in order with the agent's other callbacks
     * @throws IllegalArgumentException if an argument is out of range
     * @throws CenterException if the agent is not known, or the control center is closed
     */
    CompletableFuture<Body> request(String agentId, String type, Body body, Duration timeout);

    /**
     * Looks again at all agents that are connected, by what they showed when they came: at their certificates, if an endpoint's trust has
     * changed since the start, and with the {@link Authenticator}. Those who would not be let in any more are told so, and their
     * sessions end; those of whom it cannot be said now, because the authenticator throws, stay. For when somebody's rights
     * were withdrawn; after a change of an endpoint's trust, certificates are looked at without being asked. Returns at once; the counter {@code
     * reviews.done} says when it is over, {@code connections.untrusted} how many sessions ended so. Without effect unless started.
     */
    void reauthenticate();

    /** Everything that is counted, by name; what the endpoints count has {@code endpoint.} in front. */
    SortedMap<String, Long> counters();

    /** Stops listening, closes all connections, and ends. Unfinished outcomes fail. Idempotent. */
    @Override
    void close();
}
