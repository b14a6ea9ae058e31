package dev.outpost.agent.internal.session;

import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.protocol.ScheduleCommand;
import dev.outpost.agent.protocol.ScheduleSet;
import dev.outpost.agent.task.TaskRequest;
import dev.outpost.agent.transport.CloseReason;
import java.util.Optional;
import java.util.function.Consumer;

/** What the session asks of and tells the runtime, on the control loop. */
public interface SessionEvents {

    /** The hello for the next attempt. */
    Hello hello();

    /** The heartbeat for now. */
    Heartbeat heartbeat();

    /** The session is ready. */
    void onOnline(String sessionId);

    /** There is no session (any more); called after every attempt that failed, too. */
    void onOffline(CloseReason reason);

    /** Another live agent uses this agent's stream: the next hello has to name another. */
    void onStreamConflict();

    /** A task was dispatched. */
    void onDispatch(TaskRequest request);

    /** A set of schedules was pushed. */
    void onScheduleSet(ScheduleSet set);

    /**
     * A schedule is to be steered.
     *
     * @return what is wrong with that, or empty
     */
    Optional<String> onScheduleCommand(ScheduleCommand command);

    /** A request came; the answer is given once, on the control loop. */
    void onRequest(Request request, Consumer<Response> answer);

    /**
     * A task is to be cancelled.
     *
     * @return what is wrong with that, or empty
     */
    Optional<String> onCancel(String taskId, String reason);
}
