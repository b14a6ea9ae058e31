package dev.outpost.agent.protocol;

import java.time.Duration;
import java.util.List;

/**
 * The agent is let in.
 *
 * @param sessionId names the session in logs
 * @param heartbeatInterval how often to send heartbeats; zero: the agent's own setting
 * @param maxBatchBytes the largest telemetry body taken; 0: no limit but that of the transport
 * @param windowBatches unacknowledged batches per epoch of a stream; 0: the agent's own setting
 * @param streams per position of the hello the last sequence durably taken
 * @param reconnectSpread over how long all agents should come back after a loss; zero: as they like
 */
public record Welcome(
        String sessionId,
        Duration heartbeatInterval,
        int maxBatchBytes,
        int windowBatches,
        List<StreamPosition> streams,
        Duration reconnectSpread)
        implements CenterMessage {
    /** Copies the list. */
    public Welcome {
        streams = List.copyOf(streams);
    }

    /** Without a spread. */
    public Welcome(
            String sessionId,
            Duration heartbeatInterval,
            int maxBatchBytes,
            int windowBatches,
            List<StreamPosition> streams) {
        this(sessionId, heartbeatInterval, maxBatchBytes, windowBatches, streams, Duration.ZERO);
    }
}
