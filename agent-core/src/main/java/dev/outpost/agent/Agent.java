package dev.outpost.agent;

import dev.outpost.agent.log.Logs;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.schedule.Schedules;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.task.TaskStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A resident agent inside this program. Thread-safe.
 *
 * <p>It never hurts its host: no method throws because something remote is down; none waits but {@link #flush}, {@link #close}
 * and {@link #submit(TaskRequest, Duration)}, as long as they are told, and publishing, as the {@link
 * dev.outpost.agent.log.OverflowPolicy OverflowPolicy} allows and for a second at most; what it holds in memory is bounded; its threads
 * are daemons.
 */
public interface Agent extends AutoCloseable {

    /** A builder; it needs an id, and a transport or a sink. */
    static AgentBuilder builder() {
        return new AgentBuilder();
    }

    /**
     * Starts; returns at once. The control center is reached for in the background, again and again.
     *
     * @throws IllegalStateException if it was started or closed before
     */
    void start();

    /** Where it stands. */
    AgentState state();

    /** Takes log records; also before {@link #start}, as far as the ring goes. */
    Logs logs();

    /**
     * Gives the agent a task of the host's own.
     *
     * @return completes with the task's final status; exceptionally with {@link AgentException} when the agent is not
     *     running. Callbacks without an executor of their own run on a thread of the agent, one at a time.
     */
    CompletableFuture<TaskStatus> submit(TaskRequest request);

    /**
     * The same, but while as many tasks wait as may wait, the calling thread waits for room instead of having the task refused at once.
     * Returns as soon as the task is accepted or refused. A thread of the agent's own, in a callback, does not wait.
     *
     * @param patience how long to wait for room at most; after that the task is refused as busy. Zero to one day
     * @throws IllegalArgumentException if the patience is out of range
     * @throws InterruptedException if the thread is interrupted while it waits; the task may be accepted all the same
     */
    CompletableFuture<TaskStatus> submit(TaskRequest request, Duration patience) throws InterruptedException;

    /**
     * Asks a task to stop, wherever it came from. No effect on one that has ended or is not known.
     *
     * @param reason goes into the task's reports
     */
    void cancel(String taskId, String reason);

    /** When tasks run by themselves: the schedules of the program and those that the control center has pushed. */
    Schedules schedules();

    /**
     * Says that something has happened; schedules that wait for events of its type fire, with {@code event.type} and
     * {@code event.<attribute>} among the arguments of their task. Returns at once. Events of one thread are taken in their
     * order; they are not kept over a restart.
     *
     * @param type what kind of thing, 1 to 128 characters
     * @param attributes what else there is to know: at most 64, with 8,192 characters in all
     * @return false when the agent is not running, or 1,024 events wait already: then the event has no effect, and is counted as
     *     {@code events.dropped}
     * @throws IllegalArgumentException if an argument is out of range
     */
    boolean emit(String type, Map<String, String> attributes);

    /**
     * Asks the control center something of the application's own; its handler for the type answers. Counts once: nothing is
     * kept for later, and nothing is sent again.
     *
     * @param type names the handler there, 1 to 128 characters
     * @param body at most {@link Body#MAX_BYTES}
     * @param timeout how long to wait for the answer: more than zero, at most a day
     * @return completes with the answer, or exceptionally with a {@link dev.outpost.agent.request.RequestException}: at
     *     once when there is no session. Callbacks without an executor of their own run on a thread of the agent, one at a
     *     time.
     * @throws IllegalArgumentException if an argument is out of range
     */
    CompletableFuture<Body> request(String type, Body body, Duration timeout);

    /** Ends the wait before the next attempt to reach the control center: the network is back, say. */
    void reconnectNow();

    /**
     * Waits until everything published before this call is safe: delivered to the control center and all sinks, or forced to
     * disk if there is a spool; or was given up and counted.
     *
     * @return true when it is; false when the spool does not work while a destination is away, the time was over first, or
     *     the thread was interrupted (its flag is kept)
     */
    boolean flush(Duration timeout);

    /** The figures now. */
    AgentSnapshot snapshot();

    /**
     * Takes no further work, delivers what it has as far as the shutdown timeout allows, and ends. Returns when no thread of
     * the agent is left, or the timeout plus a second is over. Idempotent. An interrupt shortens the waiting and is kept.
     */
    @Override
    void close();
}
