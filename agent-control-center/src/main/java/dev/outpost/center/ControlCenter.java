package dev.outpost.center;

import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.schedule.Schedule;
import dev.outpost.agent.schedule.ScheduleStatus;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.center.store.TaskRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * A control center inside this program. Thread-safe. Callback threads, {@code outpost-center-callback-n}, do nothing but call listeners,
 * watchers and outcomes.
 */
public interface ControlCenter extends AutoCloseable {

    /** A builder; it needs at least one endpoint. */
    static ControlCenterBuilder builder() {
        return new ControlCenterBuilder();
    }

    /**
     * Reads the stores, on the calling thread, and begins to listen on all endpoints. When that fails the control
     * center is closed; what a store throws goes on to the caller.
     *
     * @throws IOException if one of them cannot; then none does
     * @throws IllegalStateException if it was started or closed before
     */
    void start() throws IOException;

    /** The port of the first endpoint. */
    int port();

    /** All agents that have been connected since the start, or that the {@linkplain ControlCenterBuilder#agentStore store} knew. */
    Collection<AgentInfo> agents();

    /** Those of them that are selected now, in the order of their ids. */
    List<AgentInfo> agents(AgentSelector selector);

    /** One of them. */
    Optional<AgentInfo> agent(String agentId);

    /**
     * Gives an agent a task. While the agent is lost the task waits, and is sent as soon as it is back; an agent never runs a
     * task id twice, however often it is sent.
     *
     * <p><b>Expiry:</b> a task that has not been sent at its {@link TaskRequest#notAfter} never is: it ends here, as {@link
     * dev.outpost.agent.task.TaskState#EXPIRED EXPIRED}, with a report of revision 0. Once it has been sent on any connection only the
     * agent judges whether it began in time, even if that connection was lost and the agent never got it. Nobody here can know
     * that, and two judges could come to different ends.
     *
     * <p>Returns at once; the task is stored, and then sent, in order with the agent's other tasks.
     *
     * @return the task's handle; the same one for the same agent and task id while the task has not ended. A task that has ended, other
     *     than as {@link dev.outpost.agent.task.TaskState#REFUSED REFUSED}, is not sent again as long as the {@linkplain
     *     ControlCenterBuilder#taskStore store} knows it: its handle tells how it ended
     * @throws IllegalArgumentException if the task is too large for a {@linkplain ControlCenterBuilder#maxMessageBytes message}
     * @throws CenterException if the agent is not known, 10,000 of its tasks have not ended, or the control center is closed
     */
    TaskHandle dispatch(String agentId, TaskRequest request);

    /**
     * Gives a task to every agent that is selected now; agents that come later get none. Each has the request's values, the request's
     * id as its {@link TaskRequest#parent}, and the id {@code <request id>/<agent id>}. When that has more than 128 characters, it is
     * cut to 63 (62, rather than half of a surrogate pair), followed by {@code ~} and the SHA-256 of the whole (UTF-8, hex, lower case).
     * Two requests never give one agent the same id, and one request given again gives the same ids again.
     *
     * @throws IllegalArgumentException if the task is too large for a {@linkplain ControlCenterBuilder#maxMessageBytes message}
     * @throws CenterException if the control center is closed
     */
    Broadcast dispatch(AgentSelector selector, TaskRequest request);

    /**
     * Gives a task to the agents that are selected now, in stages, and stops when too many fail. The tasks' ids and parent are as
     * with {@link #dispatch(AgentSelector, TaskRequest)}; {@code template}'s id is the roll-out's.
     *
     * <p>The first stage begins at once. In all stages agents that are connected now come before those that are not; among both the
     * order follows from the ids of roll-out and agent.
     *
     * <p>A roll-out lives as long as this control center. Begun again after a restart with the same id it passes quickly over the agents
     * of which the task store knows how their tasks ended.
     *
     * @throws IllegalArgumentException if the task is too large for a {@linkplain ControlCenterBuilder#maxMessageBytes message}
     * @throws CenterException if the control center is closed
     */
    RollOut rollOut(AgentSelector selector, TaskRequest template, RollOutPlan plan);

    /**
     * A task that was dispatched to an agent, whether it has ended or not. Reads the {@linkplain ControlCenterBuilder#taskStore store},
     * on the calling thread.
     *
     * @return empty if the agent is not known, or the store does not know the task, or not any more
     */
    Optional<TaskHandle> task(String agentId, String taskId);

    /**
     * What is known of an agent's tasks, those dispatched and those of its own, the oldest first: all that have not ended, and a bounded
     * history. Reads the {@linkplain ControlCenterBuilder#taskStore store}, on the calling thread.
     */
    List<TaskRecord> tasks(String agentId);

    /**
     * Says which schedules an agent is to follow, beside those of its program and in place of all that were pushed before. They
     * are kept in the {@linkplain ControlCenterBuilder#agentStore store}; an agent that says when it connects that it follows another
     * version gets them then, also one that has refused them before.
     *
     * @param version names the set, 1 to 128 characters; another set needs another version
     * @param schedules with triggers of time and of events, at most 10,000
     * @return completes with the agent's answer, however late, on a callback thread; fails with {@link CenterException} when another set takes
     *     this one's place before, the store fails, or the control center closes
     * @throws IllegalArgumentException if an argument is out of range, or the set too large for a {@linkplain
     *     ControlCenterBuilder#maxMessageBytes message}
     * @throws CenterException if the agent is not known, or the control center is closed
     */
    CompletableFuture<ScheduleAnswer> pushSchedules(String agentId, String version, List<Schedule> schedules);

    /**
     * The same for every agent that is selected now.
     *
     * @return the answers by agent id
     */
    Map<String, CompletableFuture<ScheduleAnswer>> pushSchedules(
            AgentSelector selector, String version, List<Schedule> schedules);

    /**
     * Pauses, resumes or fires one schedule of an agent that is connected. Counts once: nothing waits for an agent to come back. What
     * came of it is seen in {@link #schedules} and told to {@link CenterListener#onSchedules}; a name that the agent does not know has no
     * effect.
     *
     * @throws IllegalArgumentException if {@code action} is none
     * @throws CenterException if the agent is not known or not connected, or the control center is closed
     */
    void steerSchedule(String agentId, String name, ScheduleCommand.Action action);

    /**
     * How the schedules of an agent stood when it last said so, those pushed and those of its program; kept until it connects again.
     * Empty if the agent is not known.
     */
    List<ScheduleStatus> schedules(String agentId);

    /**
     * Asks an agent that is connected something of the application's own; its handler for the type answers. Counts once:
     * nothing waits for an agent to come back, and nothing is sent again.
     *
     * @param type names the handler there, 1 to 128 characters
     * @param body at most {@link Body#MAX_BYTES}
     * @param timeout how long to wait for the answer: more than zero, at most a day
     * @return completes with the answer, or exceptionally with a {@link dev.outpost.agent.request.RequestException}, on a
     *     callback thread and in order with the agent's other callbacks
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
