package dev.outpost.agent;

import dev.outpost.agent.internal.session.SessionSettings;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the builder is told of the control center: the ways there, and how the session goes. As thread-safe as the builder: not. */
final class SessionChoices {

    final List<Transport> transports = new ArrayList<>();

    Duration heartbeatInterval = Duration.ofSeconds(30);
    Duration connectTimeout = Duration.ofSeconds(10);
    Backoff backoff = Backoff.DEFAULT;
    Duration identityInterval = Duration.ofSeconds(30);
    int windowBatches = 8;

    /** Whether there is a control center. */
    boolean hasTransport() {
        return !transports.isEmpty();
    }

    /** Looks for what cannot work; without a control center there must be sinks. */
    void check(SettingsCheck check, boolean hasSinks) {
        if (transports.size() > 16) {
            check.add("transport", transports.size() + " transports", "at most 16");
        }
        if (transports.isEmpty() && !hasSinks) {
            check.add("transport", "not set", "a transport, or a sink for an agent without a control center");
        }
        check.range("heartbeatInterval", heartbeatInterval, Duration.ofMillis(100), Duration.ofMinutes(10));
        check.range("connectTimeout", connectTimeout, Duration.ofMillis(100), Duration.ofMinutes(2));
        check.range("identityInterval", identityInterval, Duration.ofMillis(100), Duration.ofHours(1));
        check.range("windowBatches", windowBatches, 1, 1_024);
    }

    SessionSettings settings() {
        return new SessionSettings(heartbeatInterval, connectTimeout, backoff, identityInterval, windowBatches);
    }
}
