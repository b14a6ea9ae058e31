package dev.outpost.center.internal;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.center.AgentInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an agent, from its first message to its end: letting the agent in, looking at it again, and the end. What
 * comes afterwards is {@link Inbound}'s. Callbacks are serial, on the transport's event loop; what takes time goes to the
 * workers.
 */
final class AgentSession implements ConnectionListener<AgentMessage> {

    private static final int INBOUND_WINDOW = 64;
    private static final int MOST_OUTBOUND = 1_000;

    private final String sessionId = UUID.randomUUID().toString();
    private final Connection<CenterMessage> connection;
    private final Peer peer;
    private final CenterConfig config;
    private final Registry registry;
    private final Workers workers;
    private final Outbound outbound;
    private final long connectedNanos = System.nanoTime();
    private final Intakes intakes;
    private final Requests requests;
    private final Inbound inbound;
    private final Gate gate;
    private volatile @Nullable Instant validUntil;
    private volatile long lastHeardNanos = connectedNanos;
    private volatile @Nullable AgentEntry entry;
    private volatile @Nullable Hello hello;
    private volatile boolean closing;
    private volatile boolean closed;
    private int owedDemand;

    AgentSession(
            Connection<CenterMessage> connection,
            Peer peer,
            CenterConfig config,
            Registry registry,
            Delivery delivery,
            StreamClaims claims,
            AgentDesk desk,
            Workers workers,
            Gate gate,
            Clock clock) {
        this.connection = connection;
        this.peer = peer;
        this.config = config;
        this.registry = registry;
        this.workers = workers;
        this.gate = gate;
        this.outbound = new Outbound(connection, clock);
        this.intakes = new Intakes(this, delivery, claims, workers, config.windowBatches());
        this.requests = new Requests(outbound, desk, workers);
        this.inbound = new Inbound(this, registry, intakes, requests, gate, workers);
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

    /** Ends it when what the agent has shown of who it is has expired: by now it should have shown something newer. */
    void endIfExpired(Instant now) {
        Instant until = validUntil;
        AgentEntry known = entry;
        if (until != null && known != null && !closing && !now.isBefore(until)) {
            workers.count("connections.expired");
            refuse(known.info().id(), new Refusal(Refusal.Code.UNAUTHENTICATED, Gate.expired(until), Duration.ZERO), 0);
        }
    }

    /** Looks again at the certificate of an agent that was let in, after its endpoint's trust has changed. Whether the session goes on. */
    boolean lookAtCertificate() {
        return lookAgain(() -> gate.checkCertificate(peer));
    }

    /** Looks again at who the agent is, by what it showed when it came; may block. Whether the session goes on. */
    boolean lookAgain() {
        Hello said = hello;
        return said == null || lookAgain(() -> gate.checkAgain(said, peer));
    }

    private boolean lookAgain(Supplier<Gate.Opinion> look) {
        AgentEntry known = entry;
        if (known == null || closing) {
            return true;
        }
        Gate.Opinion opinion = look.get();
        Optional<Refusal> refusal = opinion.refusal().filter(against -> against.code() != Refusal.Code.BUSY);
        if (refusal.isPresent()) { // busy: that cannot be said now
            workers.count("connections.untrusted");
            refuse(known.info().id(), refusal.get(), 0);
        } else if (opinion.validUntil() != null) {
            validUntil = opinion.validUntil();
        }
        return refusal.isEmpty();
    }

    /** Whether it is connected still, and not with the same run of an agent as {@code other}. */
    boolean isOtherLiveInstance(AgentSession other) {
        return !closing && !closed && !instanceId().equals(other.instanceId());
    }

    private String instanceId() {
        Hello said = hello;
        return said == null ? "" : said.instanceId();
    }

    boolean isClosing() {
        return closing;
    }

    /** Asks the agent something of the application's own. */
    CompletableFuture<Body> ask(AgentEntry agent, String type, Body body, Duration timeout) {
        return requests.ask(agent, type, body, timeout);
    }

    /** No answer comes any more, whatever the link does. */
    void centerClosed() {
        closed = true;
        requests.close();
    }

    /** The agent counts as lost from now on: a link whose other end is gone may take minutes to end. */
    void close(CloseReason reason) {
        closing = true;
        connection.close(reason);
        AgentEntry known = entry;
        if (known != null) {
            registry.lost(this, known, reason.detail());
        }
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
            inbound.handle(known, message);
            letIn(1);
        } else if (hello == null && message.payload() instanceof Hello first) {
            hello = first;
            look(first);
        } else {
            close(CloseReason.retry("the first message was not a hello", null));
        }
    }

    @Override
    public void onWritable() {
        outbound.flush();
        letIn(0);
    }

    @Override
    public void onClosed(CloseReason reason) {
        closed = true;
        requests.close();
        intakes.close();
        registry.closed(this, entry, reason.detail());
    }

    /**
     * Lets messages in. Demand is withheld while answers pile up, for a peer that talks and does not listen fills its own
     * memory, and while those who are told about the agent do not keep up.
     *
     * @param further how many more than are owed already
     */
    synchronized void letIn(int further) {
        owedDemand += further;
        AgentEntry known = entry;
        if (owedDemand > 0 && outbound.size() < MOST_OUTBOUND && (known == null || !known.isBehind())) {
            connection.request(owedDemand);
            owedDemand = 0;
        }
    }

    // ---- letting in -----------------------------------------------------------------------------------------------

    /** On the event loop: what is turned away here costs no worker's time. */
    private void look(Hello first) {
        Optional<Refusal> refusal = gate.turnAway(first, peer);
        if (refusal.isPresent()) {
            send(refusal.get(), 1);
        } else {
            workers.execute(() -> admit(first));
        }
    }

    private void admit(Hello first) {
        int trustBefore = gate.trustChanges();
        Gate.Opinion opinion = gate.check(first, peer);
        validUntil = opinion.validUntil();
        Optional<Refusal> refusal = opinion.refusal();
        List<Intakes.Known> streams = List.of();
        if (refusal.isEmpty() && !closed) {
            StreamIntake holder = intakes.claim(first.streams());
            try {
                streams = holder == null ? intakes.known() : List.of();
                refusal = Optional.ofNullable(holder).map(Refusals::conflict);
            } catch (RuntimeException | Error e) { // counted where the store was called
                refusal = Optional.of(new Refusal(Refusal.Code.BUSY, "the watermark store failed", Duration.ZERO));
            }
        }
        if (refusal.isPresent()) {
            intakes.close();
            refuse(first.agentId(), refusal.get(), 1);
            return;
        }
        if (closed) {
            return; // it did not wait for the answer, and must not take the place of one that did
        }
        List<StreamPosition> watermarks =
                streams.stream().map(Intakes.Known::watermark).toList();
        AgentEntry admitted = registry.admitted(this, first, welcome(watermarks));
        entry = admitted;
        if (gate.trustChanges() != trustBefore) { // those who looked at all sessions may have missed this one
            lookAtCertificate();
        }
        if (closed || closing) {
            registry.lost(this, admitted, "closed while it was let in");
        }
        streams.forEach(Intakes.Known::start);
        connection.request(INBOUND_WINDOW);
    }

    private Welcome welcome(List<StreamPosition> watermarks) {
        return new Welcome(sessionId, config.heartbeatInterval(), 0, config.windowBatches(), watermarks, gate.spread());
    }

    /** An epoch was opened that another live instance has open: two copies of one backlog. */
    void refuseForConflict(StreamIntake holder, long messageId) {
        refuse(Objects.requireNonNull(entry, "not let in yet").info().id(), Refusals.conflict(holder), messageId);
    }

    private void refuse(String agentId, Refusal refusal, long inReplyTo) {
        send(refusal, inReplyTo);
        registry.refused(agentId, peer.address(), refusal);
    }

    private void send(Refusal refusal, long inReplyTo) {
        workers.count("agents.refused{" + refusal.code() + "}");
        outbound.send(refusal, inReplyTo);
        close(Refusals.reasonOf(refusal));
    }
}
