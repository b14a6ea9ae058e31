package dev.outpost.agent.protocol;

import java.util.List;
import java.util.Map;

/**
 * The agent's first message.
 *
 * @param protocolVersion the newest it speaks; now 1
 * @param agentId stable over restarts
 * @param instanceId new at every start of the agent
 * @param agentVersion version of the SDK
 * @param labels what the agent is known by
 * @param taskTypes what it has handlers for
 * @param streams the epochs of which batches follow, each with the last sequence that is acknowledged or gone; further ones
 *     are opened with {@link StreamOpen}
 * @param requestTypes the types of {@link Request} that it has handlers for
 * @param journalId names what the agent remembers of its tasks: while it stays the same, revisions of task reports go on growing and
 *     a task id is never run again; empty when it forgets with every start
 * @param scheduleVersion the version of the last {@link ScheduleSet} that it has taken; empty for none
 */
public record Hello(
        int protocolVersion,
        String agentId,
        String instanceId,
        String agentVersion,
        Map<String, String> labels,
        List<String> taskTypes,
        List<StreamPosition> streams,
        List<String> requestTypes,
        String journalId,
        String scheduleVersion)
        implements AgentMessage {

    /** The protocol version of this SDK. */
    public static final int PROTOCOL_VERSION = 1;

    /** Copies the collections. */
    public Hello {
        labels = Map.copyOf(labels);
        taskTypes = List.copyOf(taskTypes);
        streams = List.copyOf(streams);
        requestTypes = List.copyOf(requestTypes);
    }

    /** Without handlers for requests, journal and pushed schedules. */
    public Hello(
            int protocolVersion,
            String agentId,
            String instanceId,
            String agentVersion,
            Map<String, String> labels,
            List<String> taskTypes,
            List<StreamPosition> streams) {
        this(protocolVersion, agentId, instanceId, agentVersion, labels, taskTypes, streams, List.of(), "", "");
    }
}
