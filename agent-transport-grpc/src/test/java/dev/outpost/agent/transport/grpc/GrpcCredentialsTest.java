package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Credentials.Token;
import dev.outpost.agent.transport.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an agent shows in the header, and what it is told. */
@Timeout(60)
class GrpcCredentialsTest {

    private static final Instant EXPIRES = Instant.parse("2030-01-02T03:04:05Z");

    @TempDir
    private static Path directory;

    private static Tls serverTls;

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private GrpcTransportServer server;

    @BeforeAll
    static void makeKeys() throws Exception {
        Tls mutual = ThrowawayPki.in(directory).issue("center", "dns:localhost");
        serverTls = mutual;
    }

    @BeforeEach
    void start() throws IOException {
        server = GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .tls(new Tls(null, serverTls.certificate(), serverTls.privateKey()))
                .build();
        server.start(acceptor);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void open_withCredentials_showsANewTokenEachTime() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (GrpcTransport transport = transport(
                () -> CompletableFuture.completedStage(Token.bearer("token-" + asked.incrementAndGet(), EXPIRES)))) {
            assertThat(transport.identity().credentialsExpire()).isNull();
            for (int i = 1; i <= 3; i++) {
                transport.open(RawCall.helloEnvelope(), new LinkRecorder<>());
                assertThat(acceptor.await().peer().authorization()).isEqualTo("Bearer token-" + i);
            }
            assertThat(transport.identity().credentialsExpire()).isEqualTo(EXPIRES);
        }
    }

    @Test
    void open_withoutCredentials_showsNothing() throws Exception {
        try (GrpcTransport transport = builder().build()) {
            transport.open(RawCall.helloEnvelope(), new LinkRecorder<>());
            assertThat(acceptor.await().peer().authorization()).isNull();
        }
    }

    static Stream<Credentials> broken() {
        return Stream.of(
                () -> CompletableFuture.failedStage(new IOException("the issuer is down")),
                () -> {
                    throw new IllegalStateException("the issuer is down");
                },
                () -> {
                    throw new AssertionError("the issuer is down");
                },
                () -> CompletableFuture.completedStage(null),
                () -> null);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void open_credentialsFail_saysSoAndTriesAgainSoon(Credentials credentials) throws Exception {
        try (GrpcTransport transport = transport(credentials)) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).isEqualTo(Fault.UNAUTHENTICATED);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
            assertThat(reason.detail()).startsWith("the credentials gave no token: ");
        }
        assertThat(acceptor.waiting()).isZero();
    }

    @Test
    void open_tokenNeverComes_leavesTheOtherConnectionAloneAndCanBeClosed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch waiting = new CountDownLatch(1);
        try (GrpcTransport transport = transport(() -> {
            if (asked.incrementAndGet() == 1) {
                return CompletableFuture.completedStage(Token.bearer("first", null));
            }
            waiting.countDown();
            return new CompletableFuture<>();
        })) {
            LinkRecorder<CenterMessage> opened = new LinkRecorder<>();
            Connection<AgentMessage> works = transport.open(RawCall.helloEnvelope(), opened);
            LinkAcceptor.Accepted link = acceptor.await();
            assertThat(link.heard().awaitPayload()).isInstanceOf(Hello.class);
            assertThat(opened.awaitOpen()).isTrue();
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            Connection<AgentMessage> waits = transport.open(RawCall.helloEnvelope(), heard);
            waiting.await();
            assertThat(works.trySend(new Envelope<>(2, 0, 0, new Ping()))).isTrue();
            assertThat(link.heard().awaitPayload()).isEqualTo(new Ping());
            assertThat(heard.isClosed()).isFalse();
            waits.close(CloseReason.retry("not within 10 s", null));
            assertThat(heard.awaitClosed().detail()).isEqualTo("not within 10 s");
            assertThat(link.heard().isClosed()).isFalse();
        }
    }

    @Test
    void open_tokenNeverComesAndNobodyCloses_givesUp() throws Exception {
        try (GrpcTransport transport = transport(CompletableFuture::new)) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard);
            assertThat(heard.awaitClosed().detail()).isEqualTo("the credentials gave no token: none within 8 s");
        }
    }

    @Test
    void build_credentialsOverPlaintext_onlyToThisHost() {
        Credentials credentials = Credentials.bearerFrom(Path.of("token"));
        for (String away : new String[] {"center.example:443", "10.0.0.1:443", "127.0.0.1.example:443", "[::2]:1"}) {
            assertThatThrownBy(() -> GrpcTransport.to(away)
                            .plaintext()
                            .credentials(credentials)
                            .build())
                    .as(away)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("credentials");
        }
        for (String here : new String[] {"localhost:1", "127.0.0.1:1", "[::1]:1"}) {
            GrpcTransport.to(here).plaintext().credentials(credentials).build().close();
        }
    }

    // ---- what the agent is told -----------------------------------------------------------------------------------

    @Test
    void close_byCenterAsUnauthenticated_isToldAsThat() throws Exception {
        CloseReason told = toldBy(CloseReason.refused("token expired", null).as(Fault.UNAUTHENTICATED));
        assertThat(told.fault()).isEqualTo(Fault.UNAUTHENTICATED);
        assertThat(told.next()).isEqualTo(Next.RETRY_RARELY);
        assertThat(told.detail()).contains("token expired");
    }

    @Test
    void close_byCenterAsForbidden_isToldAsThat() throws Exception {
        CloseReason told = toldBy(CloseReason.refused("not you", null).as(Fault.PERMISSION_DENIED));
        assertThat(told.fault()).isEqualTo(Fault.PERMISSION_DENIED);
        assertThat(told.next()).isEqualTo(Next.RETRY_RARELY);
    }

    @Test
    void close_byCenterAsBusy_isToldWhenToComeBack() throws Exception {
        CloseReason told =
                toldBy(new CloseReason(Next.RETRY_WITH_BACKOFF, "full", Duration.ofMillis(12_345), null, Fault.BUSY));
        assertThat(told.fault()).isEqualTo(Fault.BUSY);
        assertThat(told.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        assertThat(told.retryAfter()).isEqualTo(Duration.ofMillis(12_345));
    }

    private CloseReason toldBy(CloseReason reason) throws Exception {
        try (GrpcTransport transport = builder().build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard).request(1);
            acceptor.await().connection().close(reason);
            return heard.awaitClosed();
        }
    }

    private GrpcTransport transport(Credentials credentials) {
        return builder().credentials(credentials).build();
    }

    private GrpcTransport.Builder builder() {
        return GrpcTransport.to("localhost:" + server.port()).tls(Tls.trusting(serverTls.trust()));
    }
}
