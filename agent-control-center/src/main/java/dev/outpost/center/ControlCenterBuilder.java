package dev.outpost.center;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.center.internal.CenterConfig;
import dev.outpost.center.internal.CenterRuntime;
import dev.outpost.center.store.AgentStore;
import dev.outpost.center.store.TaskStore;
import dev.outpost.center.store.WatermarkStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Wires a control center. Not thread-safe; good for one. */
public final class ControlCenterBuilder {

    private static final Duration LONGEST_HEARTBEAT = Duration.ofMinutes(10);

    private final List<TransportServer> endpoints = new ArrayList<>();
    private Authenticator authenticator = Authenticator.byCertificate();
    private TelemetryHandler telemetry = new TelemetryHandler() {};
    private final Map<String, AgentRequestHandler> requestHandlers = new LinkedHashMap<>();
    private final List<Problem> repeated = new ArrayList<>();
    private final List<CenterListener> listeners = new ArrayList<>();
    private @Nullable WatermarkStore watermarks;
    private TaskStore tasks = TaskStore.inMemory();
    private AgentStore agents = AgentStore.inMemory();
    private Duration heartbeatInterval = Duration.ofSeconds(30);
    private int windowBatches = 8;
    private int maxDecompressedBytes = 4 << 20;
    private int maxMessageBytes = 4 << 20;
    private int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
    private int maxAgents = 50_000;
    private int admitPerSecond = 300;
    private boolean built;

    ControlCenterBuilder() {}

    /** Adds an endpoint, which belongs to the control center from {@link #build} on. At least one is required. */
    public ControlCenterBuilder endpoint(TransportServer server) {
        endpoints.add(server);
        return this;
    }

    /** Who is let in; by default {@link Authenticator#byCertificate}. */
    public ControlCenterBuilder authenticator(Authenticator authenticator) {
        this.authenticator = authenticator;
        return this;
    }

    /** Who takes telemetry; by default it is acknowledged and forgotten. */
    public ControlCenterBuilder telemetry(TelemetryHandler handler) {
        this.telemetry = handler;
        return this;
    }

    /** Adds the handler for requests of a type that agents may send. The type must be new, and has 1 to 128 characters. */
    public ControlCenterBuilder on(String type, AgentRequestHandler handler) {
        if (requestHandlers.put(type, handler) != null) {
            repeated.add(new Problem("on", "a second handler for requests of type '" + type + "'", "one of a type"));
        }
        return this;
    }

    /** Adds somebody who is told what happens. */
    public ControlCenterBuilder listener(CenterListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Where watermarks are kept; by default in memory, so that a restart may see a batch again. Stays the caller's. Not to be
     * set for a {@linkplain TelemetryHandler#watermarks() handler with a store of its own}.
     */
    public ControlCenterBuilder watermarks(WatermarkStore store) {
        this.watermarks = store;
        return this;
    }

    /**
     * Where tasks are kept; by default in memory, so that a restart forgets dispatches that have not ended. Stays the caller's; of one
     * control center at a time.
     */
    public ControlCenterBuilder taskStore(TaskStore store) {
        this.tasks = store;
        return this;
    }

    /**
     * Where agents and the schedules pushed to them are kept; by default in memory. Stays the caller's; of one control center at a
     * time.
     */
    public ControlCenterBuilder agentStore(AgentStore store) {
        this.agents = store;
        return this;
    }

    /** How often agents are to send heartbeats: 100 ms to 10 min, or zero to leave it to them; default 30 s. */
    public ControlCenterBuilder heartbeatInterval(Duration interval) {
        this.heartbeatInterval = interval;
        return this;
    }

    /** Unacknowledged batches that an epoch of a stream may send: 1 to 1,024; default 8. */
    public ControlCenterBuilder windowBatches(int batches) {
        this.windowBatches = batches;
        return this;
    }

    /** The largest body that a compressed batch may hold, in bytes; larger ones are rejected: 1 to 256 MiB; default 4 MiB. */
    public ControlCenterBuilder maxDecompressedBytes(int bytes) {
        this.maxDecompressedBytes = bytes;
        return this;
    }

    /**
     * The largest message that agents take, in bytes, as their transports are set: 128 KiB to 64 MiB; default 4 MiB, as theirs. A
     * larger one would end the connection, again and again; so a task or a set of schedules that does not fit, with 64 KiB to spare, is not
     * taken here.
     */
    public ControlCenterBuilder maxMessageBytes(int bytes) {
        this.maxMessageBytes = bytes;
        return this;
    }

    /**
     * Threads for stores and for letting agents in, as many again for the telemetry handler, for request handlers, and for
     * listeners and watchers, so that none of these holds up another: 1 to 1,024; by default as many as processors, at least
     * 2. A thread that has nothing to do for a minute ends.
     */
    public ControlCenterBuilder workers(int workers) {
        this.workers = workers;
        return this;
    }

    /** Agents that are remembered; further ones are refused as busy: 1 to 1,000,000; default 50,000. */
    public ControlCenterBuilder maxAgents(int agents) {
        this.maxAgents = agents;
        return this;
    }

    /**
     * Agents that are looked at in any second, to be let in or not: 1 to 1,000,000; default 300, a tenth of them at once. Further ones are told to come back, each
     * a little later than the one before, so that after a restart the whole fleet comes in at this rate, and the agents that are
     * in already do not notice. Agents are also told to spread their return over the time that their number takes at this rate.
     */
    public ControlCenterBuilder admitPerSecond(int agents) {
        this.admitPerSecond = agents;
        return this;
    }

    /**
     * The control center, not started.
     *
     * @throws ConfigurationException listing every setting that cannot work
     * @throws IllegalStateException if this builder has built one already
     */
    public ControlCenter build() {
        if (built) {
            throw new IllegalStateException("this builder has built its control center; make a new builder");
        }
        List<Problem> problems = new ArrayList<>(repeated);
        for (String type : requestHandlers.keySet()) {
            if (type.isEmpty() || type.length() > 128) {
                problems.add(new Problem("on", "a type of " + type.length() + " characters", "1 to 128"));
            }
        }
        if (endpoints.isEmpty()) {
            problems.add(new Problem("endpoint", "not set", "at least one"));
        }
        if (!heartbeatInterval.isZero()
                && (heartbeatInterval.compareTo(Duration.ofMillis(100)) < 0
                        || heartbeatInterval.compareTo(LONGEST_HEARTBEAT) > 0)) {
            problems.add(new Problem("heartbeatInterval", heartbeatInterval.toString(), "PT0S, or PT0.1S to PT10M"));
        }
        range(problems, "windowBatches", windowBatches, 1_024);
        range(problems, "maxDecompressedBytes", maxDecompressedBytes, 256 << 20);
        if (maxMessageBytes < 128 << 10 || maxMessageBytes > 64 << 20) {
            problems.add(new Problem("maxMessageBytes", Integer.toString(maxMessageBytes), "128 KiB to 64 MiB"));
        }
        range(problems, "workers", workers, 1_024);
        range(problems, "maxAgents", maxAgents, 1_000_000);
        range(problems, "admitPerSecond", admitPerSecond, 1_000_000);
        Optional<WatermarkStore> handlers = telemetry.watermarks();
        if (handlers.isPresent() && watermarks != null) {
            problems.add(new Problem("watermarks", "a store, and the telemetry handler has one", "one of the two"));
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        built = true;
        return new CenterRuntime(new CenterConfig(
                List.copyOf(endpoints),
                authenticator,
                telemetry,
                Map.copyOf(requestHandlers),
                List.copyOf(listeners),
                handlers.orElseGet(() -> watermarks == null ? WatermarkStore.inMemory() : watermarks),
                tasks,
                agents,
                handlers.isPresent(),
                heartbeatInterval,
                windowBatches,
                maxDecompressedBytes,
                maxMessageBytes,
                workers,
                maxAgents,
                admitPerSecond));
    }

    private static void range(List<Problem> problems, String setting, int value, int most) {
        if (value < 1 || value > most) {
            problems.add(new Problem(setting, Integer.toString(value), "1 to " + most));
        }
    }
}
