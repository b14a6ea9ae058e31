package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Tls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is the transport's own, besides the contract. */
@Timeout(60)
class WebSocketTransportTest {

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private final LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
    private WebSocketTransportServer server;

    @BeforeEach
    void start() throws Exception {
        server = WebSocketTransportServer.on(Links.anyPort()).plaintext().build();
        server.start(acceptor);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void credentials_ofEveryAttempt_reachTheAcceptor(@TempDir Path directory) throws Exception {
        Path token = directory.resolve("token");
        Files.writeString(token, "first\n");
        try (WebSocketTransport transport = Links.plaintextTo(server.port())
                .credentials(Credentials.bearerFrom(token))
                .build()) {
            transport.open(Links.hello(), heard);
            assertThat(acceptor.await().peer().authorization()).isEqualTo("Bearer first");
            Files.writeString(token, "second");
            transport.open(Links.hello(), new LinkRecorder<>());
            assertThat(acceptor.await().peer().authorization()).isEqualTo("Bearer second");
            Files.delete(token);
            LinkRecorder<CenterMessage> without = new LinkRecorder<>();
            transport.open(Links.hello(), without);
            CloseReason reason = without.awaitClosed();
            assertThat(reason.fault()).isEqualTo(Fault.UNAUTHENTICATED);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        }
    }

    @Test
    void credentials_thatThrow_failTheAttemptOnly() throws Exception {
        Credentials throwing = () -> {
            throw new IllegalStateException("no vault");
        };
        try (WebSocketTransport transport =
                Links.plaintextTo(server.port()).credentials(throwing).build()) {
            transport.open(Links.hello(), heard);
            assertThat(heard.awaitClosed().detail()).contains("no vault");
        }
    }

    @Test
    void credentials_thatGiveNothing_failTheAttemptInTime() throws Exception {
        CompletableFuture<Credentials.Token> never = new CompletableFuture<>();
        try (WebSocketTransport transport = Links.plaintextTo(server.port())
                .credentials(() -> never)
                .tokenWithin(Duration.ofMillis(1))
                .build()) {
            transport.open(Links.hello(), heard);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).isEqualTo(Fault.UNAUTHENTICATED);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
            assertThat(reason.detail()).contains("none within");
            assertThat(never).as("the stage, which is the host's").isNotDone();
        }
    }

    @Test
    void identity_afterATokenWasShown_saysWhenItExpires() throws Exception {
        Instant expires = Instant.parse("2027-01-01T00:00:00Z");
        Credentials credentials = () -> CompletableFuture.completedStage(Credentials.Token.bearer("t", expires));
        try (WebSocketTransport transport =
                Links.plaintextTo(server.port()).credentials(credentials).build()) {
            assertThat(transport.identity()).isEqualTo(Identity.NONE);
            transport.open(Links.hello(), heard);
            assertThat(heard.awaitOpen()).isTrue();
            assertThat(transport.identity()).isEqualTo(new Identity("", null, null, expires));
        }
    }

    @Test
    void header_set_isInTheHandshakeAfterTheSubprotocolsInOrder() throws Exception {
        try (ServerSocket raw = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                WebSocketTransport transport = Links.plaintextTo(raw.getLocalPort())
                        .header("X-Tenant", "blue")
                        .header("User-Agent", "test/1")
                        .subprotocols(WebSocketTransport.Form.JSON, WebSocketTransport.Form.PROTO)
                        .build()) {
            transport.open(Links.hello(), heard);
            try (RawSocket socket = RawSocket.of(raw.accept())) {
                String head = socket.accept();
                assertThat(head).startsWith("GET /outpost HTTP/1.1\r\n");
                assertThat(RawSocket.header(head, "X-Tenant")).isEqualTo("blue");
                assertThat(RawSocket.header(head, "User-Agent")).isEqualTo("test/1");
                assertThat(RawSocket.header(head, "Sec-WebSocket-Protocol"))
                        .isEqualTo("outpost.v1.json, outpost.v1.proto");
                assertThat(heard.awaitOpen()).isTrue();
            }
        }
    }

    @Test
    void proxy_thatTunnels_carriesTheLink() throws Exception {
        try (ConnectProxy proxy = new ConnectProxy(0);
                WebSocketTransport transport = through(proxy)) {
            transport.open(Links.hello(), heard);
            assertThat(acceptor.await().heard().awaitMessage().payload()).isInstanceOf(Hello.class);
            assertThat(proxy.asked()).containsExactly("CONNECT localhost:" + server.port() + " HTTP/1.1");
        }
    }

    @Test
    void proxy_thatWantsCredentials_isSaidSo() throws Exception {
        try (ConnectProxy proxy = new ConnectProxy(407);
                WebSocketTransport transport = through(proxy)) {
            transport.open(Links.hello(), heard);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).isEqualTo(Fault.UNAUTHENTICATED);
            assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
        }
    }

    @Test
    void proxy_thatCannotReachIt_isToBeRetried() throws Exception {
        try (ConnectProxy proxy = new ConnectProxy(502);
                WebSocketTransport transport = through(proxy)) {
            transport.open(Links.hello(), heard);
            assertThat(heard.awaitClosed().next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        }
    }

    private WebSocketTransport through(ConnectProxy proxy) {
        return Links.plaintextTo(server.port())
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())))
                .build();
    }

    @Test
    void open_aHundredTimes_growsNoThreadsAndLeavesNone() throws Exception {
        awaitNone("outpost-ws-"); // of other tests
        try (WebSocketTransport transport = Links.plaintextTo(server.port()).build()) {
            for (int i = 0; i < 100; i++) {
                LinkRecorder<CenterMessage> listener = new LinkRecorder<>();
                Connection<AgentMessage> connection = transport.open(Links.hello(), listener);
                acceptor.await();
                connection.close(CloseReason.stop("next"));
                listener.awaitClosed();
            }
            assertThat(threads("HttpClient-")).as("selectors").hasSizeLessThanOrEqualTo(1 + selectorsBefore.size());
            assertThat(threads("outpost-ws-")).hasSizeLessThanOrEqualTo(7);
        }
        server.close();
        awaitNone("outpost-");
    }

    private final List<String> selectorsBefore = threads("HttpClient-");

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    /** They end when they have been idle for a while. */
    private static void awaitNone(String prefix) throws Exception {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith(prefix)) {
                assertThat(thread.isDaemon()).as(thread.getName()).isTrue();
                thread.join(TimeUnit.SECONDS.toMillis(20));
            }
        }
        assertThat(threads(prefix)).isEmpty();
    }

    @Test
    void open_afterClose_endsAtOnceForGood() throws Exception {
        WebSocketTransport transport = Links.plaintextTo(server.port()).build();
        transport.close();
        transport.open(Links.hello(), heard);
        assertThat(heard.awaitClosed().next()).isEqualTo(Next.STOP);
    }

    @Test
    void target_withQuery_leavesItOut() {
        try (WebSocketTransport transport = WebSocketTransport.to("wss://center.example:8443/outpost?key=secret")
                .build()) {
            assertThat(transport.target()).isEqualTo("wss://center.example:8443/outpost");
        }
    }

    @Test
    void build_badSettings_namesAllOfThemAndNoSecret() {
        assertThatThrownBy(() -> WebSocketTransport.to("wss://joe:secret@host/outpost")
                        .plaintext()
                        .tls(Tls.systemTrust())
                        .header("Host", "secret")
                        .header("Sec-WebSocket-Key", "secret")
                        .header("X-Fine", "bad\nsecret")
                        .subprotocols(WebSocketTransport.Form.JSON, WebSocketTransport.Form.JSON)
                        .maxMessageBytes(1)
                        .build())
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .extracting(ConfigurationException.Problem::setting)
                                .containsExactly(
                                        "to", "tls", "header", "header", "header", "subprotocols", "maxMessageBytes"))
                .hasMessageNotContaining("secret");
        for (String bad :
                List.of("", "host:443", "ws://host", "wss://", "wss:///x", "wss://h:99999/", "wss://h/#f", "%")) {
            assertThatThrownBy(() -> WebSocketTransport.to(bad).build())
                    .as(bad)
                    .isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void build_tokenOverPlaintext_onlyToThisHost() {
        Credentials credentials = Credentials.bearerFrom(Path.of("token"));
        for (String away : List.of("center.example:80", "10.0.0.1:80", "127.0.0.1.example:80", "[::2]:80", "a")) {
            assertThatThrownBy(() -> WebSocketTransport.to("ws://" + away + "/outpost")
                            .plaintext()
                            .credentials(credentials)
                            .build())
                    .as(away)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("credentials");
            assertThatThrownBy(() -> WebSocketTransport.to("ws://" + away + "/outpost")
                            .plaintext()
                            .header("aUTHORIZATION", "Bearer secret")
                            .build())
                    .as(away)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("plaintext to")
                    .hasMessageNotContaining("secret");
        }
        for (String here : List.of("localhost:1", "127.0.0.1:1", "[::1]:1", "LOCALHOST")) {
            String uri = "ws://" + here + "/outpost";
            WebSocketTransport.to(uri)
                    .plaintext()
                    .credentials(credentials)
                    .build()
                    .close();
            WebSocketTransport.to(uri)
                    .plaintext()
                    .header("Authorization", "x")
                    .build()
                    .close();
        }
        WebSocketTransport.to("wss://center.example/outpost")
                .credentials(credentials)
                .build()
                .close();
    }

    @Test
    void buildServer_badSettings_namesAllOfThem() {
        assertThatThrownBy(() -> WebSocketTransportServer.on(Links.anyPort())
                        .path("outpost?")
                        .maxMessageBytes(1)
                        .build())
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .extracting(ConfigurationException.Problem::setting)
                                .containsExactly("path", "tls", "maxMessageBytes"));
    }
}
