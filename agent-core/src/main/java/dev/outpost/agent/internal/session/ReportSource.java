package dev.outpost.agent.internal.session;

import dev.outpost.agent.protocol.AgentMessage;
import org.jspecify.annotations.Nullable;

/** Reports, of tasks and of schedules, on their way to the control center; control loop. */
public interface ReportSource {

    /** The report to send next, or null. It stays where it is. */
    @Nullable AgentMessage nextToSend();

    /** {@link #nextToSend} was sent. */
    void sent();

    /** The control center has all reports of the task up to the revision. */
    void ack(String taskId, long revision);

    /** What was sent and not acknowledged is to be sent again. */
    void rewind();
}
