package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that can be wrong with certificates and TLS: what each side says of it. With native TLS at the server and the JVM's. */
@Timeout(60)
class GrpcTlsMatrixTest {

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private static Path directory;

    @TempDir
    private static Path otherDirectory;

    @TempDir
    private Path own;

    private static ThrowawayPki pki;
    private static ThrowawayPki otherPki;
    private static Tls center;
    private static Tls agent;

    enum ServerSide {
        NATIVE,
        JVM
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        pki = ThrowawayPki.in(directory);
        otherPki = ThrowawayPki.in(otherDirectory);
        center = pki.issue("center", "dns:localhost,ip:127.0.0.1");
        agent = pki.issue("agent", "dns:agent");
    }

    /**
     * One row.
     *
     * @param atAgent what the agent's transport says of it
     * @param words what is in the detail that it gives
     * @param atServer what the server counts it as
     */
    private record Row(String what, Tls server, Tls client, Fault atAgent, String words, Fault atServer) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Arguments> rows() throws Exception {
        Tls stranger = otherPki.issue("stranger", "dns:agent");
        List<Row> rows = List.of(
                new Row(
                        "server of another authority",
                        otherPki.issue("center", "dns:localhost"),
                        agent,
                        Fault.TLS_UNTRUSTED,
                        "from no authority that is trusted here",
                        Fault.TLS_REJECTED),
                new Row(
                        "server's certificate expired",
                        pki.issueExpired("center-old", "dns:localhost"),
                        agent,
                        Fault.TLS_EXPIRED,
                        "NotAfter",
                        Fault.TLS_REJECTED),
                new Row(
                        "server's certificate not yet valid",
                        pki.issueForTomorrow("center-new", "dns:localhost"),
                        agent,
                        Fault.TLS_EXPIRED,
                        "NotBefore",
                        Fault.TLS_REJECTED),
                new Row(
                        "server's certificate for another name",
                        pki.issue("center-else", "dns:elsewhere.example"),
                        agent,
                        Fault.TLS_WRONG_NAME,
                        "matching localhost",
                        Fault.TLS_REJECTED),
                new Row(
                        "agent of another authority",
                        center,
                        Tls.mutual(pki.trust(), stranger.certificate(), stranger.privateKey()),
                        Fault.TLS_REJECTED,
                        "did not accept our certificate",
                        Fault.TLS_UNTRUSTED),
                new Row(
                        "agent's certificate expired",
                        center,
                        pki.issueExpired("agent-old", "dns:agent"),
                        Fault.TLS_REJECTED,
                        "did not accept our certificate",
                        Fault.TLS_EXPIRED),
                new Row(
                        "agent's certificate not yet valid",
                        center,
                        pki.issueForTomorrow("agent-new", "dns:agent"),
                        Fault.TLS_REJECTED,
                        "did not accept our certificate",
                        Fault.TLS_EXPIRED),
                new Row(
                        "agent without certificate",
                        center,
                        Tls.trusting(pki.trust()),
                        Fault.TLS_REJECTED,
                        "wanted one and got none",
                        Fault.UNAUTHENTICATED));
        List<Arguments> all = new ArrayList<>();
        for (Row row : rows) {
            for (ServerSide side : ServerSide.values()) {
                all.add(Arguments.of(row, side));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("rows")
    void open_somethingWrong_isRefusedAndBothSidesKnowWhy(Row row, ServerSide side) throws Exception {
        try (GrpcTransportServer server = start(row.server, side)) {
            CloseReason reason = connect(server, row.client).awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(row.atAgent);
            assertThat(reason.detail()).startsWith("TLS: ").contains(row.words);
            assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
            awaitCount(server, "handshakes.failed{" + row.atServer + "}");
            assertThat(server.counters()).doesNotContainKey("handshakes.done");
        }
    }

    @ParameterizedTest
    @EnumSource(ServerSide.class)
    void open_authorityTakenFromTheTrust_isRefusedFromThenOn(ServerSide side) throws Exception {
        Tls files = copyOf(center);
        try (GrpcTransportServer server = start(files, side)) {
            LinkRecorder<CenterMessage> before = connect(server, agent);
            assertThat(before.awaitOpen()).isTrue();
            Files.copy(otherPki.trust(), files.trust(), StandardCopyOption.REPLACE_EXISTING);
            server.reload();
            CloseReason reason = connect(server, agent).awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.TLS_REJECTED);
            awaitCount(server, "handshakes.failed{TLS_UNTRUSTED}");
            assertThat(before.isClosed()).as("the connection that stands").isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(ServerSide.class)
    void open_plaintextToTlsPort_isRefusedAndBothSidesKnowWhy(ServerSide side) throws Exception {
        try (GrpcTransportServer server = start(center, side);
                GrpcTransport transport = GrpcTransport.to("localhost:" + server.port())
                        .plaintext()
                        .build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard).request(1);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.TLS_PROTOCOL);
            assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
            assertThat(reason.detail()).startsWith("the other side speaks TLS, and this side plaintext");
            awaitCount(server, "handshakes.failed{TLS_PROTOCOL}");
        }
    }

    @Test
    void open_plaintextToOneWhoHangsUpWithoutAWord_saysWhatMayBeBehindIt() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                GrpcTransport transport = GrpcTransport.to("localhost:" + silent.getLocalPort())
                        .plaintext()
                        .build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard).request(1);
            silent.accept().close();
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.LOST);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
            assertThat(reason.detail()).contains("as one does that expects TLS");
        }
    }

    @Test
    void open_tlsToPlaintextPort_saysThatTheOtherSideDoesNotSpeakTls() throws Exception {
        GrpcTransportServer server =
                GrpcTransportServer.on(ANY_PORT).plaintext().build();
        try (server) {
            server.start(new LinkAcceptor());
            CloseReason reason = connect(server, agent).awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.TLS_PROTOCOL);
            assertThat(reason.detail()).contains("does not speak TLS");
            awaitCount(server, "handshakes.failed{TLS_PROTOCOL}");
        }
    }

    /** By hand (RFC 4346, 7.4.1.2), for a JVM would have to be told as a whole to speak it. */
    @ParameterizedTest
    @EnumSource(ServerSide.class)
    void open_tls11_isRefusedAndBothSidesKnowWhy(ServerSide side) throws Exception {
        String body = "0302" + "00".repeat(32) + "00" + "0004c013002f" + "0100";
        byte[] hello = HexFormat.of()
                .parseHex("16" + "0302" + hex(body.length() / 2 + 4, 4) + "01" + hex(body.length() / 2, 6) + body);
        try (GrpcTransportServer server = start(center, side);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(hello);
            InputStream in = socket.getInputStream();
            byte[] answer = in.readNBytes(7);
            assertThat(answer[0]).as("alert").isEqualTo((byte) 21);
            assertThat(answer[5]).as("fatal").isEqualTo((byte) 2);
            assertThat(answer[6]).as("protocol_version").isEqualTo((byte) 70);
            assertThat(in.read()).as("end of stream").isEqualTo(-1);
            awaitCount(server, "handshakes.failed{TLS_PROTOCOL}");
        }
    }

    @Test
    void open_serverSpeaksNoVersionOfOurs_isOfTheProtocol() throws Exception {
        byte[] alert = HexFormat.of().parseHex("15030300020246");
        try (RawServer server = RawServer.that(socket -> {
                    socket.getInputStream().readNBytes(100);
                    socket.getOutputStream().write(alert);
                });
                GrpcTransport transport = GrpcTransport.to("localhost:" + server.port())
                        .tls(agent)
                        .build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard);
            assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.TLS_PROTOCOL);
        }
    }

    @Test
    void open_serverHangsUpBeforeTls_isLostAndTriedAgainSoon() throws Exception {
        try (RawServer server = RawServer.that(Socket::close);
                GrpcTransport transport = GrpcTransport.to("localhost:" + server.port())
                        .tls(agent)
                        .build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.LOST);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        }
    }

    @Test
    void open_nobodyListensOrNoSuchName_isUnreachable() throws Exception {
        int free;
        try (RawServer gone = RawServer.that(Socket::close)) {
            free = gone.port();
        }
        for (String target : List.of("localhost:" + free, "no-such-host.invalid:443")) {
            try (GrpcTransport transport = GrpcTransport.to(target).tls(agent).build()) {
                LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
                transport.open(RawCall.helloEnvelope(), heard);
                CloseReason reason = heard.awaitClosed();
                assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.UNREACHABLE);
                assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
            }
        }
    }

    @Test
    void open_ownFilesMakeNoSense_namesTheFile() throws Exception {
        Tls files = copyOf(agent);
        Tls other = pki.issue("other", "dns:other");
        Files.copy(other.privateKey(), files.privateKey(), StandardCopyOption.REPLACE_EXISTING);
        try (GrpcTransport transport =
                GrpcTransport.to("localhost:1").tls(files).build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(RawCall.helloEnvelope(), heard);
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.fault()).isEqualTo(Fault.TLS_FILES);
            assertThat(reason.detail()).contains("key.pem is not the key of");
        }
    }

    /** Closed at once with something unread, the socket would be reset, and the reason with it. */
    @ParameterizedTest
    @EnumSource(ServerSide.class)
    void handshake_refusedWhileTheClientGoesOnTalking_stillTellsWhy(ServerSide side) throws Exception {
        try (GrpcTransportServer server = start(center, side);
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port());
                SSLSocket socket = (SSLSocket) TlsMaterial.load(Tls.trusting(pki.trust()))
                        .context()
                        .getSocketFactory()
                        .createSocket(plain, "localhost", server.port(), true)) {
            socket.setSoTimeout(20_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake(); // in TLS 1.3 the client is done before the server has seen that there is no
            // certificate
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(new byte[10_000]);
            }
            awaitCount(server, "handshakes.failed{UNAUTHENTICATED}");
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("certificate");
        }
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private static String hex(int value, int digits) {
        return String.format("%0" + digits + "x", value);
    }

    private static GrpcTransportServer start(Tls tls, ServerSide side) throws Exception {
        GrpcTransportServer.Builder builder = GrpcTransportServer.on(ANY_PORT).tls(tls);
        GrpcTransportServer server = (side == ServerSide.JVM ? builder.jvmTls() : builder).build();
        server.start(new LinkAcceptor());
        return server;
    }

    /** The transport ends with its connection, or with the server's. */
    private static LinkRecorder<CenterMessage> connect(GrpcTransportServer server, Tls tls) {
        GrpcTransport transport =
                GrpcTransport.to("localhost:" + server.port()).tls(tls).build();
        LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
        transport.open(RawCall.helloEnvelope(), heard).request(10);
        return heard;
    }

    private static void awaitCount(GrpcTransportServer server, String counter) {
        Await.until(
                counter + " in " + server.counters(), () -> server.counters().getOrDefault(counter, 0L) >= 1);
    }

    private Tls copyOf(Tls tls) throws Exception {
        Path trust = own.resolve("trust.pem");
        Path certificate = own.resolve("certificate.pem");
        Path key = own.resolve("key.pem");
        Files.copy(tls.trust(), trust);
        Files.copy(tls.certificate(), certificate);
        Files.copy(tls.privateKey(), key);
        return Tls.mutual(trust, certificate, key);
    }
}
