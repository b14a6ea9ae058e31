package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Rejection;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TaskReport;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryGap;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.center.AgentInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an agent, from its first message to its end. Callbacks are serial, on the transport's event loop; what
 * takes time goes to the workers.
 */
final class AgentSession implements ConnectionListener<AgentMessage> {

    private static final int INBOUND_WINDOW = 64;
    private static final int MOST_OUTBOUND = 1_000;
    private static final int MOST_STREAMS = 16;

    private final String sessionId = UUID.randomUUID().toString();
    private final Connection<CenterMessage> connection;
    private final Peer peer;
    private final CenterConfig config;
    private final Registry registry;
    private final Workers workers;
    private final Outbound outbound;
    private final long connectedNanos = System.nanoTime();
    private final Map<UUID, StreamIntake> intakes = new HashMap<>();
    private volatile long lastHeardNanos = connectedNanos;
    private volatile @Nullable AgentEntry entry;
    private volatile boolean closed;
    private boolean helloSeen;
    private int owedDemand;

    AgentSession(
            Connection<CenterMessage> connection,
            Peer peer,
            CenterConfig config,
            Registry registry,
            Workers workers,
            Clock clock) {
        this.connection = connection;
        this.peer = peer;
        this.config = config;
        this.registry = registry;
        this.workers = workers;
        this.outbound = new Outbound(connection, clock);
    }

    Outbound outbound() {
        return outbound;
    }

    String address() {
        return peer.address();
    }

    /** The agent as it is known now; only after it was let in. */
    AgentInfo info() {
        return Objects.requireNonNull(entry, "not let in yet").info();
    }

    boolean isAdmitted() {
        return entry != null;
    }

    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastHeardNanos);
    }

    void close(CloseReason reason) {
        connection.close(reason);
    }

    // ---- ConnectionListener ---------------------------------------------------------------------------------------

    @Override
    public void onOpen() {
        registry.opened(this);
        connection.request(1); // nothing but the hello until it is let in
    }

    @Override
    public void onMessage(Envelope<AgentMessage> message) {
        lastHeardNanos = System.nanoTime();
        AgentEntry known = entry;
        if (known != null) {
            handle(known, message);
            letIn();
        } else if (!helloSeen && message.payload() instanceof Hello hello) {
            helloSeen = true;
            workers.execute(() -> admit(hello));
        } else {
            close(CloseReason.retry("the first message was not a hello", null));
        }
    }

    @Override
    public void onWritable() {
        outbound.flush();
        letIn();
    }

    @Override
    public void onClosed(CloseReason reason) {
        closed = true;
        registry.closed(this, entry, reason.detail());
    }

    /** Demand is withheld while answers pile up: a peer that talks and does not listen fills its own memory. */
    private synchronized void letIn() {
        owedDemand += entry == null ? 0 : 1;
        if (owedDemand > 0 && outbound.size() < MOST_OUTBOUND) {
            connection.request(owedDemand);
            owedDemand = 0;
        }
    }

    // ---- letting in -----------------------------------------------------------------------------------------------

    private void admit(Hello hello) {
        Optional<Refusal> refusal = reasonToRefuse(hello);
        if (refusal.isEmpty() && !registry.hasRoomFor(hello.agentId())) {
            refusal = Optional.of(
                    new Refusal(Refusal.Code.BUSY, "too many agents are known already", Duration.ofMinutes(1)));
        }
        if (refusal.isPresent()) {
            refuse(hello.agentId(), refusal.get());
            return;
        }
        if (closed) {
            return; // it did not wait for the answer, and must not take the place of one that did
        }
        List<StreamPosition> watermarks = new ArrayList<>();
        for (StreamPosition acked : hello.streams()) {
            StreamPosition watermark = watermark(acked);
            watermarks.add(watermark);
            intakes.put(
                    acked.streamId(),
                    new StreamIntake(
                            this, config.telemetry(), config.watermarks(), workers, config.windowBatches(), watermark));
        }
        outbound.send(new Welcome(sessionId, config.heartbeatInterval(), 0, config.windowBatches(), watermarks), 0);
        AgentEntry admitted = registry.admitted(this, hello);
        entry = admitted;
        if (closed) {
            registry.lost(this, admitted, "closed while it was let in");
        }
        connection.request(INBOUND_WINDOW);
    }

    private Optional<Refusal> reasonToRefuse(Hello hello) {
        if (hello.protocolVersion() < Hello.PROTOCOL_VERSION) {
            return Optional.of(new Refusal(
                    Refusal.Code.UNSUPPORTED_VERSION,
                    "version " + hello.protocolVersion() + "; needed is " + Hello.PROTOCOL_VERSION,
                    Duration.ZERO));
        }
        if (hello.agentId().isBlank()
                || hello.agentId().length() > 128
                || hello.streams().size() > MOST_STREAMS) {
            return Optional.of(new Refusal(
                    Refusal.Code.INVALID,
                    "an agent id has 1 to 128 characters, and an agent at most " + MOST_STREAMS + " streams",
                    Duration.ZERO));
        }
        try {
            Optional<String> reason =
                    Objects.requireNonNull(config.authenticator().refusal(hello, peer), "it returned null");
            return reason.map(detail -> new Refusal(Refusal.Code.PERMISSION_DENIED, detail, Duration.ZERO));
        } catch (Throwable t) { // user code: any Error must be survived as well
            workers.failed("authenticator", t);
            // Not a denial, which would keep the agent away for minutes: whatever failed may work again soon.
            return Optional.of(new Refusal(Refusal.Code.BUSY, "the authenticator failed", Duration.ZERO));
        }
    }

    private void refuse(String agentId, Refusal refusal) {
        workers.count("agents.refused{" + refusal.code() + "}");
        outbound.send(refusal, 1);
        connection.close(CloseReason.refused(refusal.code() + ": " + refusal.detail(), null));
        registry.refused(agentId, peer.address(), refusal.detail());
    }

    private StreamPosition watermark(StreamPosition acked) {
        long[] stored = {0};
        workers.guard(
                "watermark store", () -> stored[0] = config.watermarks().watermark(acked.streamId(), acked.epoch()));
        return new StreamPosition(acked.streamId(), acked.epoch(), Math.max(stored[0], acked.sequence()));
    }

    // ---- messages -------------------------------------------------------------------------------------------------

    private void handle(AgentEntry known, Envelope<AgentMessage> message) {
        AgentMessage payload = message.payload();
        if (payload instanceof TelemetryBatch batch) {
            take(batch, batch.position(), batch.position().sequence());
        } else if (payload instanceof Heartbeat heartbeat) {
            outbound.send(new HeartbeatAck(), message.id());
            known.heartbeat(heartbeat);
            registry.heartbeat(known);
        } else if (payload instanceof TaskReport report) {
            registry.report(known, this, report.status());
        } else if (payload instanceof TelemetryGap gap) {
            take(gap, gap.through(), gap.fromSequence());
        } else if (payload instanceof Ping) {
            outbound.send(new Pong(), message.id());
        } else if (payload instanceof Rejection rejection) {
            workers.count("protocol.rejected{" + rejection.code() + "}");
        } else if (payload instanceof Goodbye goodbye) {
            close(CloseReason.reconnect("the agent said goodbye: " + goodbye.reason()));
        } else if (payload instanceof UnknownPayload unknown) {
            workers.count("protocol.ignored{unknown_payload}");
            String detail = "payload field " + unknown.field() + " is not known to this control center";
            outbound.send(new Rejection(Rejection.Code.UNIMPLEMENTED, detail), message.id());
        } else if (payload instanceof InvalidPayload invalid) {
            workers.count("protocol.ignored{invalid_payload}");
            outbound.send(new Rejection(Rejection.Code.INVALID, invalid.problem()), message.id());
        } else if (payload instanceof Hello) {
            close(CloseReason.retry("a second hello on one connection", null));
        }
    }

    private void take(AgentMessage message, StreamPosition last, long first) {
        StreamIntake intake = intakes.get(last.streamId());
        String problem = intake == null
                ? "stream " + last.streamId() + " was not in the hello"
                : intake.offer(message, last, first);
        if (problem != null) {
            workers.count("protocol.violations");
            close(CloseReason.retry(problem, null));
        }
    }
}
