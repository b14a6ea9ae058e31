package dev.outpost.center;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TlsMaterial;
import dev.outpost.center.Authenticator.Verdict;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, what the others are told, and until when it holds. */
@Timeout(60)
class AdmissionFlowTest {

    private final HandDrivenEndpoint endpoint = new HandDrivenEndpoint();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final List<String> threads = new CopyOnWriteArrayList<>();
    private final ControlCenterBuilder builder = ControlCenter.builder()
            .endpoint(endpoint)
            .listener(new CenterListener() {
                @Override
                public void onRefused(String agentId, String address, String reason) {
                    refused.add(agentId + ": " + reason);
                    threads.add(Thread.currentThread().getName());
                }
            });
    private ControlCenter center;

    @AfterEach
    void close() {
        center.close();
    }

    // ---- tokens ---------------------------------------------------------------------------------------------------

    @Test
    void byToken_noTokenOrAnotherScheme_isUnauthenticated() throws Exception {
        start(builder.authenticator(Authenticator.byToken((hello, token) -> Verdict.admitted())));
        refusedAs(Refusal.Code.UNAUTHENTICATED, "no token was shown", showing(null));
        refusedAs(Refusal.Code.UNAUTHENTICATED, "no bearer token", showing("Basic YTpi"));
        refusedAs(Refusal.Code.UNAUTHENTICATED, "no bearer token", showing("Bearer  "));
    }

    @Test
    void byToken_hostsCheck_decides() throws Exception {
        start(builder.authenticator(Authenticator.byToken((hello, token) -> switch (token) {
            case "good" -> Verdict.admitted();
            case "old" -> Verdict.unknown("the token has expired");
            default -> Verdict.forbidden(hello.agentId() + " may not come in");
        })));
        endpoint.connect(showing("bearer good")).join("a-1");
        CloseReason expired = refusedAs(Refusal.Code.UNAUTHENTICATED, "the token has expired", showing("Bearer old"));
        assertThat(expired.fault()).isEqualTo(Fault.UNAUTHENTICATED);
        assertThat(expired.next()).isEqualTo(Next.RETRY_RARELY);
        CloseReason denied = refusedAs(Refusal.Code.PERMISSION_DENIED, "a-1 may not come in", showing("Bearer other"));
        assertThat(denied.fault()).isEqualTo(Fault.PERMISSION_DENIED);
        Await.until("told", () -> refused.size() == 2);
        assertThat(refused).containsExactlyInAnyOrder("a-1: the token has expired", "a-1: a-1 may not come in");
        assertThat(threads).allMatch(name -> name.startsWith("outpost-center-callback-"));
        assertThat(center.counters())
                .containsEntry("agents.refused{UNAUTHENTICATED}", 1L)
                .containsEntry("agents.refused{PERMISSION_DENIED}", 1L);
    }

    @Test
    void and_both_mustLetIn() throws Exception {
        Authenticator odd =
                (hello, peer) -> hello.agentId().endsWith("1") ? Verdict.admitted() : Verdict.forbidden("not odd");
        start(builder.authenticator(odd.and(Authenticator.byToken((hello, token) -> Verdict.admitted()))));
        endpoint.connect(showing("Bearer x")).join("a-1");
        refusedAs(Refusal.Code.UNAUTHENTICATED, "no token was shown", showing(null));
        HandDrivenAgent even = endpoint.connect(showing("Bearer x")).hello("a-2");
        assertThat(even.await(Refusal.class).detail()).isEqualTo("not odd");
    }

    // ---- those who come again and again ---------------------------------------------------------------------------

    @Test
    void refusedAgent_comesAgainWithTheSame_isAnsweredWithoutBeingAskedAbout() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        start(builder.authenticator(Authenticator.byToken((hello, token) -> {
            asked.incrementAndGet();
            return token.equals("new") ? Verdict.admitted() : Verdict.unknown("old");
        })));
        for (int i = 0; i < 5; i++) {
            refusedAs(Refusal.Code.UNAUTHENTICATED, "old", showing("Bearer old"));
        }
        assertThat(asked).hasValue(1);
        assertThat(refused).hasSizeLessThanOrEqualTo(1);
        assertThat(center.counters()).containsEntry("hellos.refused_again", 4L);
        endpoint.connect(showing("Bearer new")).join("a-1");
        assertThat(asked).hasValue(2);
    }

    @Test
    void agents_moreThanTheRate_areToldWhenToComeBackAndTheOthersGoOn() throws Exception {
        start(builder.authenticator(Authenticator.everybody()).admitPerSecond(1));
        HandDrivenAgent in = endpoint.connect().join("in");
        assertThat(in.welcome().reconnectSpread()).isEqualTo(Duration.ofSeconds(1));
        Refusal busy = null;
        CloseReason closed = null;
        for (int i = 0; busy == null; i++) { // one a second slips in
            HandDrivenAgent next = endpoint.connect().hello("a-" + i);
            if (next.awaitAnswer() instanceof Refusal refusal) {
                busy = refusal;
                closed = next.awaitClosed();
            }
        }
        assertThat(busy.code()).isEqualTo(Refusal.Code.BUSY);
        assertThat(busy.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(closed.fault()).isEqualTo(Fault.BUSY);
        assertThat(closed.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        assertThat(closed.retryAfter()).isEqualTo(busy.retryAfter());
        assertThat(center.counters()).containsKey("hellos.postponed");
        in.send(new Ping());
        in.await(Pong.class);
    }

    // ---- until when -----------------------------------------------------------------------------------------------

    @Test
    void session_whoseTokenExpires_endsThenAndIsToldWhy() throws Exception {
        Instant until = Instant.now().plusSeconds(5);
        start(builder.authenticator(Authenticator.byToken((hello, token) -> Verdict.admittedUntil(until))));
        HandDrivenAgent agent = endpoint.connect(showing("Bearer x")).join("a-1");
        assertThat(agent.isClosed()).isFalse();
        Refusal refusal = agent.await(Refusal.class);
        assertThat(Instant.now()).isAfterOrEqualTo(until);
        assertThat(refusal.code()).isEqualTo(Refusal.Code.UNAUTHENTICATED);
        assertThat(refusal.detail()).isEqualTo("what was shown is valid until " + until);
        assertThat(agent.awaitClosed().fault()).isEqualTo(Fault.UNAUTHENTICATED);
        assertThat(center.counters()).containsEntry("connections.expired", 1L);
    }

    @Test
    void hello_withWhatHasExpired_isRefused() throws Exception {
        start(builder.authenticator(Authenticator.byToken((hello, token) -> Verdict.admittedUntil(Instant.EPOCH))));
        refusedAs(Refusal.Code.UNAUTHENTICATED, "valid until 1970-01-01T00:00:00Z", showing("Bearer x"));
    }

    @Test
    void hello_onALinkWhoseCertificateHasExpiredMeanwhile_isRefused(@TempDir Path directory) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        List<X509Certificate> old =
                TlsMaterial.load(pki.issueExpired("a-1", "dns:a-1")).chain();
        List<X509Certificate> valid =
                TlsMaterial.load(pki.issue("a-1", "dns:a-1")).chain();
        start(builder.authenticator(Authenticator.byCertificate()));
        refusedAs(Refusal.Code.UNAUTHENTICATED, "valid until", new Peer("/10.0.0.1:1", old, null));
        endpoint.connect(new Peer("/10.0.0.1:1", valid, null)).join("a-1");
    }

    @Test
    void byCertificate_uriNameIsTheId_isLetInAndPartsOfNamesAreNot(@TempDir Path directory) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        Peer peer = new Peer(
                "/10.0.0.1:1",
                TlsMaterial.load(pki.issue("host", "uri:spiffe://example/a-1,email:a-1@example,dns:*.example"))
                        .chain(),
                null);
        start(builder.authenticator(Authenticator.byCertificate()));
        endpoint.connect(peer).join("spiffe://example/a-1");
        refusedAs(Refusal.Code.PERMISSION_DENIED, "and not the agent 'a-1'", peer);
        for (String pretended : List.of("a-1@example", "x.example", "Host", "CN=host")) {
            HandDrivenAgent agent = endpoint.connect(peer).hello(pretended);
            assertThat(agent.await(Refusal.class).code()).as(pretended).isEqualTo(Refusal.Code.PERMISSION_DENIED);
        }
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private void start(ControlCenterBuilder with) throws Exception {
        center = with.build();
        center.start();
    }

    private CloseReason refusedAs(Refusal.Code code, String detail, Peer peer) throws Exception {
        HandDrivenAgent agent = endpoint.connect(peer).hello("a-1");
        Refusal refusal = agent.await(Refusal.class);
        assertThat(refusal.code()).as(refusal.detail()).isEqualTo(code);
        assertThat(refusal.detail()).contains(detail);
        return agent.awaitClosed();
    }

    private static Peer showing(String authorization) {
        return new Peer("/10.0.0.1:1", List.of(), authorization);
    }
}
