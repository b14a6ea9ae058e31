package dev.outpost.agent.transport.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of TLS that does not work out, and of certificates that change. */
@Timeout(60)
class WebSocketTlsTest {

    @TempDir
    private static Path directory;

    private static Tls centerTls;
    private static Tls agentTls;
    private static Tls otherAgentTls;
    private static Tls expiredTls;
    private static Tls wrongNameTls;
    private static Tls strangerTls;

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private final LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
    private WebSocketTransportServer server;
    private WebSocketTransport transport;

    @BeforeAll
    static void makeKeys() throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(Files.createDirectory(directory.resolve("ours")));
        centerTls = pki.issue("center", "dns:localhost,ip:127.0.0.1");
        agentTls = pki.issue("agent", "dns:agent");
        otherAgentTls = pki.issue("other-agent", "dns:agent");
        expiredTls = pki.issue("expired", "dns:localhost", "-10d", 5);
        wrongNameTls = pki.issue("wrong", "dns:elsewhere");
        ThrowawayPki strangers = ThrowawayPki.in(Files.createDirectory(directory.resolve("theirs")));
        strangerTls = strangers.issue("stranger", "dns:localhost");
    }

    @AfterEach
    void stop() {
        if (transport != null) {
            transport.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void serverCertificate_ofUnknownAuthority_isUntrusted() throws Exception {
        assertRefused(strangerTls, Tls.trusting(centerTls.trust()), Fault.TLS_UNTRUSTED);
    }

    @Test
    void serverCertificate_expired_isSaidSo() throws Exception {
        assertRefused(expiredTls, agentTls, Fault.TLS_EXPIRED);
    }

    @Test
    void serverCertificate_forAnotherName_isSaidSo() throws Exception {
        assertRefused(wrongNameTls, agentTls, Fault.TLS_WRONG_NAME);
    }

    @Test
    void ownCertificate_missing_isRejected() throws Exception {
        assertRefused(centerTls, Tls.trusting(centerTls.trust()), Fault.TLS_REJECTED);
    }

    @Test
    void ownCertificate_ofUnknownAuthority_isRejected() throws Exception {
        Tls stranger = Tls.mutual(centerTls.trust(), strangerTls.certificate(), strangerTls.privateKey());
        assertRefused(centerTls, stranger, Fault.TLS_REJECTED);
    }

    @Test
    void ownFiles_goneAfterBuild_areSaidSo() throws Exception {
        Path certificate = Files.copy(agentTls.certificate(), directory.resolve("gone.pem"));
        transport = to(1, Tls.mutual(agentTls.trust(), certificate, agentTls.privateKey()));
        Files.delete(certificate);
        transport.open(Links.hello(), heard);
        assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.TLS_FILES);
    }

    @Test
    void otherSide_withoutTls_isAProtocolFault() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            transport = to(plain.getLocalPort(), agentTls);
            transport.open(Links.hello(), heard);
            try (RawSocket raw = RawSocket.of(plain.accept())) {
                raw.awaitWord();
                raw.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.TLS_PROTOCOL);
            }
        }
    }

    @Test
    void plaintext_toTlsPort_isSaidSo() throws Exception {
        start(centerTls);
        transport = WebSocketTransport.to("ws://localhost:" + server.port() + "/outpost")
                .plaintext()
                .build();
        transport.open(Links.hello(), heard);
        CloseReason reason = heard.awaitClosed();
        assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.TLS_PROTOCOL);
        assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
        assertThat(reason.detail()).isEqualTo("the other side speaks TLS, and this side plaintext");
    }

    @Test
    void tls_toPlaintextPort_isAProtocolFaultOnBothSides() throws Exception {
        server = WebSocketTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .plaintext()
                .build();
        server.start(acceptor);
        transport = to(server.port(), agentTls);

        transport.open(Links.hello(), heard);

        assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.TLS_PROTOCOL);
        assertThat(server.counters()).containsEntry("handshakes.failed{TLS_PROTOCOL}", 1L);
    }

    @Test
    void plaintext_toOneWhoHangsUpWithoutAWord_saysWhatMayBeBehindIt() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread hangsUp = new Thread(() -> hangUp(silent), "hangs-up");
            hangsUp.setDaemon(true);
            hangsUp.start();
            transport = WebSocketTransport.to("ws://localhost:" + silent.getLocalPort() + "/outpost")
                    .plaintext()
                    .build();
            transport.open(Links.hello(), heard);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.LOST);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
            assertThat(reason.detail()).contains("as one does that expects TLS");
        }
    }

    /** Reads a request and answers nothing; the JDK's client tries several times. */
    private static void hangUp(ServerSocket silent) {
        while (!silent.isClosed()) {
            try (RawSocket raw = RawSocket.of(silent.accept())) {
                raw.readHead();
            } catch (IOException e) {
                assertThat(silent.isClosed()).isTrue(); // the test is over
            }
        }
    }

    @Test
    void ownCertificate_replaced_isShownWithTheNextConnection() throws Exception {
        Path certificate = Files.copy(agentTls.certificate(), directory.resolve("rotated.pem"));
        Path key = Files.copy(agentTls.privateKey(), directory.resolve("rotated.key"));
        start(centerTls);
        transport = to(server.port(), Tls.mutual(agentTls.trust(), certificate, key));
        String before = transport.identity().fingerprint();
        assertThat(shownName()).isEqualTo("CN=agent");
        assertThat(shownName()).isEqualTo("CN=agent");
        Files.copy(otherAgentTls.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(otherAgentTls.privateKey(), key, StandardCopyOption.REPLACE_EXISTING);
        assertThat(transport.identity().fingerprint()).isNotEqualTo(before);
        assertThat(transport.identity().certificateExpires()).isNotNull();
        assertThat(shownName()).isEqualTo("CN=other-agent");
    }

    @Test
    void proxy_thatTunnels_carriesTls() throws Exception {
        start(centerTls);
        try (ConnectProxy proxy = new ConnectProxy(0)) {
            transport = WebSocketTransport.to("wss://localhost:" + server.port() + "/outpost")
                    .tls(agentTls)
                    .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())))
                    .build();
            assertThat(shownName()).isEqualTo("CN=agent");
            assertThat(proxy.asked()).hasSize(1);
        }
    }

    @Test
    void start_withBadFiles_fails() throws Exception {
        Path key = Files.writeString(directory.resolve("bad.key"), "no key");
        WebSocketTransportServer bad = WebSocketTransportServer.on(Links.anyPort())
                .tls(Tls.mutual(centerTls.trust(), centerTls.certificate(), key))
                .build();
        assertThatThrownBy(() -> bad.start(acceptor))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.key");
        bad.close();
    }

    /** A resumed session has what was bound to the one before; one of our server's never is. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void session_ofASecondConnection_isNeverResumed(String version) throws Exception {
        start(centerTls);
        SSLContext agent = TlsMaterial.load(agentTls).context();
        assertThat(isSecondResumed(agent, server.port(), version)).isFalse();
    }

    /** Else the test above could not fail. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void session_ofAServerWithOneContext_isResumed(String version) throws Exception {
        SSLContext agent = TlsMaterial.load(agentTls).context();
        SSLContext center = TlsMaterial.load(centerTls).context();
        try (ServerSocket listening =
                center.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread answers = new Thread(() -> {
                try {
                    for (int i = 0; i < 2; i++) {
                        try (Socket socket = listening.accept()) {
                            socket.getOutputStream().write("HTTP/1.1 200 \r\n\r\n".getBytes(US_ASCII));
                            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            answers.setDaemon(true);
            answers.start();
            assertThat(isSecondResumed(agent, listening.getLocalPort(), version))
                    .isTrue();
        }
    }

    private static boolean isSecondResumed(SSLContext agent, int port, String version) throws IOException {
        boolean resumed = false;
        for (int i = 0; i < 2; i++) {
            // The client looks for a session by host and port, so the host must have a name.
            try (SSLSocket socket = (SSLSocket) agent.getSocketFactory().createSocket("localhost", port)) {
                socket.setEnabledProtocols(new String[] {version});
                socket.startHandshake();
                resumed = socket.getSession().getValue("before") != null;
                socket.getSession().putValue("before", true);
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H'); // by now the ticket is here too
            }
        }
        return resumed;
    }

    private String shownName() throws Exception {
        LinkRecorder<CenterMessage> listener = new LinkRecorder<>();
        transport.open(Links.hello(), listener);
        X509Certificate leaf = acceptor.await().peer().certificates().get(0);
        assertThat(listener.awaitOpen()).isTrue();
        return leaf.getSubjectX500Principal().getName();
    }

    private void assertRefused(Tls center, Tls agent, Fault fault) throws Exception {
        start(center);
        transport = to(server.port(), agent);
        transport.open(Links.hello(), heard);
        CloseReason reason = heard.awaitClosed();
        assertThat(reason.fault()).as("%s", reason).isEqualTo(fault);
        assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
        assertThat(acceptor.waiting()).isZero();
    }

    private void start(Tls tls) throws IOException {
        server = WebSocketTransportServer.on(Links.anyPort()).tls(tls).build();
        server.start(acceptor);
    }

    private static WebSocketTransport to(int port, Tls tls) {
        return WebSocketTransport.to("wss://localhost:" + port + "/outpost")
                .tls(tls)
                .build();
    }
}
