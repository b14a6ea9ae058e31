package dev.outpost.center.internal;

import dev.outpost.agent.transport.TransportServer;
import dev.outpost.center.AgentRequestHandler;
import dev.outpost.center.Authenticator;
import dev.outpost.center.CenterListener;
import dev.outpost.center.TelemetryHandler;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import dev.outpost.center.store.WatermarkStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the builder has made of its settings; see there.
 *
 * @param endpoints where agents connect
 * @param authenticator who is let in
 * @param telemetry who takes telemetry
 * @param requestHandlers who answers agents' requests, by type
 * @param listeners who is told
 * @param watermarks how far streams have been taken
 * @param tasks where tasks are kept
 * @param agents where agents are kept
 * @param handlerKeepsPositions whether {@code watermarks} is the telemetry handler's own, which it advances itself
 * @param heartbeatInterval what agents are told
 * @param windowBatches what agents are told
 * @param maxDecompressedBytes the largest body that a compressed batch may hold
 * @param maxMessageBytes the largest message that agents take
 * @param workers threads for user code
 * @param maxAgents agents that are remembered
 * @param admitPerSecond hellos that are looked at
 */
public record CenterConfig(
        List<TransportServer> endpoints,
        Authenticator authenticator,
        TelemetryHandler telemetry,
        Map<String, AgentRequestHandler> requestHandlers,
        List<CenterListener> listeners,
        WatermarkStore watermarks,
        TaskStore tasks,
        AgentStore agents,
        boolean handlerKeepsPositions,
        Duration heartbeatInterval,
        int windowBatches,
        int maxDecompressedBytes,
        int maxMessageBytes,
        int workers,
        int maxAgents,
        int admitPerSecond) {}
