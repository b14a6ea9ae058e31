package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.center.Authenticator.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether an agent is let in by an endpoint, and until when. Thread-safe. */
final class Gate {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.center");

    private final CenterConfig config;
    private final Registry registry;
    private final Admission admission;
    private final Workers workers;
    private final Clock clock;
    private final TransportServer endpoint;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final AtomicInteger trustChanges = new AtomicInteger();

    /**
     * What is thought of an agent.
     *
     * @param refusal why it is not let in; empty if it is
     * @param validUntil when what it has shown of who it is expires, or null
     */
    record Opinion(Optional<Refusal> refusal, @Nullable Instant validUntil) {

        static Opinion against(Refusal.Code code, String detail) {
            return new Opinion(Optional.of(new Refusal(code, detail, Duration.ZERO)), null);
        }
    }

    Gate(
            CenterConfig config,
            Registry registry,
            Admission admission,
            Workers workers,
            Clock clock,
            TransportServer endpoint) {
        this.config = config;
        this.registry = registry;
        this.admission = admission;
        this.workers = workers;
        this.clock = clock;
        this.endpoint = endpoint;
    }

    /** What an agent is told without being looked at, if so; for event loops. */
    Optional<Refusal> turnAway(Hello hello, Peer peer) {
        Optional<Refusal> again = admission.remembered(Admission.keyOf(hello, peer));
        if (again.isPresent()) {
            workers.count("hellos.refused_again");
            return again;
        }
        Optional<Refusal> later = admission.next();
        if (later.isPresent()) {
            workers.count("hellos.postponed");
        }
        return later;
    }

    /** Over how long all agents should come back after a loss. */
    Duration spread() {
        return admission.spreadOf(registry.connected());
    }

    /** Looks at an agent; asks the authenticator, so it may block. */
    Opinion check(Hello hello, Peer peer) {
        if (hello.protocolVersion() < Hello.PROTOCOL_VERSION) {
            return Opinion.against(
                    Refusal.Code.UNSUPPORTED_VERSION,
                    "version " + hello.protocolVersion() + "; needed is " + Hello.PROTOCOL_VERSION);
        }
        Optional<String> invalid = Limits.problem(hello);
        if (invalid.isPresent()) {
            return Opinion.against(Refusal.Code.INVALID, invalid.get());
        }
        Opinion opinion = checkAgain(hello, peer);
        if (opinion.refusal.isPresent() || registry.hasRoomFor(hello.agentId())) {
            return opinion;
        }
        return new Opinion(
                Optional.of(new Refusal(Refusal.Code.BUSY, "too many agents are known already", Duration.ofMinutes(1))),
                null);
    }

    /** The endpoint trusts others from now on. */
    void trustChanged() {
        trustChanges.incrementAndGet();
    }

    /** How many times that has happened. */
    int trustChanges() {
        return trustChanges.get();
    }

    /** What is thought of an agent's certificate now; that it was in order at the handshake is known. */
    Opinion checkCertificate(Peer peer) {
        Optional<String> objection =
                trustChanges.get() == 0 ? Optional.empty() : endpoint.objectionTo(peer.certificates());
        return objection
                .map(detail -> Opinion.against(Refusal.Code.UNAUTHENTICATED, detail))
                .orElseGet(() -> new Opinion(Optional.empty(), null));
    }

    /** What is thought of an agent that was let in before; asks the authenticator, so it may block. */
    Opinion checkAgain(Hello hello, Peer peer) {
        Opinion ofCertificate = checkCertificate(peer);
        return ofCertificate.refusal.isPresent() ? ofCertificate : ask(hello, peer);
    }

    private Opinion ask(Hello hello, Peer peer) {
        Verdict verdict;
        try {
            verdict = Objects.requireNonNull(config.authenticator().check(hello, peer), "it returned null");
        } catch (Throwable t) { // user code: any Error must be survived as well
            workers.failed("authenticator", t);
            // Not a denial, which would keep the agent away for minutes: whatever failed may work again soon.
            return Opinion.against(Refusal.Code.BUSY, "the authenticator failed");
        }
        Instant until = earliest(verdict.until(), peer);
        Opinion opinion = switch (verdict.kind()) {
            case ADMITTED ->
                until == null || clock.instant().isBefore(until)
                        ? new Opinion(Optional.empty(), until)
                        : Opinion.against(Refusal.Code.UNAUTHENTICATED, expired(until));
            case UNKNOWN -> Opinion.against(Refusal.Code.UNAUTHENTICATED, verdict.reason());
            case FORBIDDEN -> Opinion.against(Refusal.Code.PERMISSION_DENIED, verdict.reason());
        };
        opinion.refusal.ifPresent(refusal -> admission.remember(Admission.keyOf(hello, peer), refusal));
        if (opinion.refusal.isEmpty() && isAnybody(peer) && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "event=center.agents.unidentified agent={} peer={} is let in and has shown neither certificate nor"
                            + " token: so could be anybody",
                    hello.agentId().replaceAll("\\p{Cntrl}", "?"),
                    peer.address());
        }
        return opinion;
    }

    private static boolean isAnybody(Peer peer) {
        return peer.certificates().isEmpty() && peer.authorization() == null;
    }

    /** What an agent is told whose certificate or token was valid until then. */
    static String expired(Instant until) {
        return "what was shown is valid until " + until;
    }

    /** The end of what was shown: the verdict's, or that of the certificate. */
    private static @Nullable Instant earliest(@Nullable Instant ofVerdict, Peer peer) {
        Instant ofCertificate = peer.certificates().isEmpty()
                ? null
                : peer.certificates().get(0).getNotAfter().toInstant();
        if (ofVerdict == null || ofCertificate == null) {
            return ofVerdict == null ? ofCertificate : ofVerdict;
        }
        return ofVerdict.isBefore(ofCertificate) ? ofVerdict : ofCertificate;
    }
}
