package dev.outpost.agent.protocol;

import java.time.Duration;
import java.util.Objects;

/**
 * The heartbeat that it replies to has arrived.
 *
 * @param reconnectSpread over how long all agents should come back after a loss, as it is now; zero: as they like
 */
public record HeartbeatAck(Duration reconnectSpread) implements CenterMessage {

    /** Checks for null. */
    public HeartbeatAck {
        Objects.requireNonNull(reconnectSpread, "reconnectSpread");
    }

    /** Without a spread. */
    public HeartbeatAck() {
        this(Duration.ZERO);
    }
}
