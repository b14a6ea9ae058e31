package dev.outpost.center;

import dev.outpost.agent.protocol.Heartbeat;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an agent now.
 *
 * @param id its identity
 * @param instanceId its present or last run
 * @param version of its SDK
 * @param labels what it is known by
 * @param taskTypes what it has handlers for
 * @param connection whether it is connected
 * @param address where it connects, or last connected, from
 * @param since when it was connected or lost
 * @param lastHeard when anything came from it
 * @param heartbeat its last heartbeat, or null before the first
 */
public record AgentInfo(
        String id,
        String instanceId,
        String version,
        Map<String, String> labels,
        List<String> taskTypes,
        Connection connection,
        String address,
        Instant since,
        Instant lastHeard,
        @Nullable Heartbeat heartbeat) {

    /** Whether an agent is connected. */
    public enum Connection {
        /** It is. */
        CONNECTED,
        /** It was. */
        LOST
    }
}
