package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates that are replaced while connections stand. */
@Timeout(60)
class GrpcRotationTest {

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private static Path directory;

    @TempDir
    private Path own;

    private static ThrowawayPki pki;
    private static Tls center;
    private static Tls nextCenter;
    private static Tls agent;
    private static Tls nextAgent;

    private final LinkAcceptor acceptor = new LinkAcceptor();

    @BeforeAll
    static void makeKeys() throws Exception {
        pki = ThrowawayPki.in(directory);
        center = pki.issue("center", "dns:localhost");
        nextCenter = pki.issue("next-center", "dns:localhost");
        agent = pki.issue("agent", "dns:agent");
        nextAgent = pki.issue("next-agent", "dns:agent");
    }

    // ---- the agent's ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void open_afterAgentsFilesWereReplaced_showsTheNewCertificateAndTheOldLinkLosesNothing(boolean jvm)
            throws Exception {
        Tls files = copyOf(agent);
        try (GrpcTransportServer server = start(center, jvm);
                GrpcTransport transport = GrpcTransport.to("localhost:" + server.port())
                        .tls(files)
                        .build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            Connection<AgentMessage> old = transport.open(RawCall.helloEnvelope(), heard);
            LinkAcceptor.Accepted first = acceptor.await();
            assertThat(serialOf(first)).isEqualTo(serialOf(agent));
            assertThat(heard.awaitOpen()).isTrue();
            Identity before = transport.identity();
            replace(files, nextAgent);
            assertThat(transport.identity().fingerprint()).isNotEqualTo(before.fingerprint());

            for (int round = 0; round < 3; round++) { // a resumed session would bring the old one back
                transport.open(RawCall.helloEnvelope(), new LinkRecorder<>());
                assertThat(serialOf(acceptor.await())).isEqualTo(serialOf(nextAgent));
            }
            first.heard().awaitPayload();
            for (int i = 2; i < 10; i++) {
                assertThat(old.trySend(new Envelope<>(i, 0, 0, new Ping()))).isTrue();
                assertThat(first.heard().awaitPayload()).isEqualTo(new Ping());
            }
            assertThat(heard.isClosed()).isFalse();
        }
    }

    @Test
    void identity_tellsWhatWouldBeShown_andFailsWithTheFilesName() throws Exception {
        Tls files = copyOf(agent);
        try (GrpcTransport transport =
                GrpcTransport.to("localhost:1").tls(files).build()) {
            TlsMaterial material = TlsMaterial.load(agent);
            assertThat(transport.identity())
                    .isEqualTo(new Identity(material.fingerprint(), material.begins(), material.expires(), null));
            Files.writeString(files.certificate(), "half");
            assertThatThrownBy(transport::identity).hasMessageContaining("certificate.pem");
        }
        try (GrpcTransport transport =
                GrpcTransport.to("localhost:1").plaintext().build()) {
            assertThat(transport.identity()).isEqualTo(Identity.NONE);
        }
    }

    // ---- the server's ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reload_filesWereReplaced_showsTheNewCertificateToNewLinks(boolean jvm) throws Exception {
        Tls files = copyOf(center);
        try (GrpcTransportServer server = start(files, jvm)) {
            assertThat(serialShownBy(server)).isEqualTo(serialOf(center));
            server.reload();
            assertThat(server.counters()).doesNotContainKey("tls.reloads");
            replace(files, nextCenter);
            server.reload();
            assertThat(serialShownBy(server)).isEqualTo(serialOf(nextCenter));
            assertThat(server.counters()).containsEntry("tls.reloads", 1L);
            assertThat(server.counters().get("tls.certificate.expires"))
                    .isEqualTo(TlsMaterial.load(nextCenter).expires().getEpochSecond());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reload_replacementIsBrokenOrNotValid_keepsTheOld(boolean jvm) throws Exception {
        Tls files = copyOf(center);
        try (GrpcTransportServer server = start(files, jvm)) {
            Files.writeString(files.certificate(), "half a certificate");
            assertThatThrownBy(server::reload).isInstanceOf(IOException.class).hasMessageContaining("certificate.pem");
            Files.copy(nextCenter.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(server::reload).hasMessageContaining("key.pem is not the key of");
            replace(files, pki.issueExpired("center-old", "dns:localhost"));
            assertThatThrownBy(server::reload).isInstanceOf(IOException.class).hasMessageContaining("NotAfter");
            assertThat(server.counters())
                    .containsEntry("tls.reloads.failed", 3L)
                    .doesNotContainKey("tls.reloads");
            assertThat(serialShownBy(server)).isEqualTo(serialOf(center));
        }
    }

    @Test
    void reload_byItself_comesAfterAWhile() throws Exception {
        Tls files = copyOf(center);
        try (GrpcTransportServer server = start(files, false)) {
            replace(files, nextCenter);
            Await.until("reloaded", () -> server.counters().getOrDefault("tls.reloads", 0L) == 1);
        }
    }

    // ---- resumption -----------------------------------------------------------------------------------------------

    /** A client that would resume if it could: its trust is asked in full handshakes only. */
    @ParameterizedTest
    @CsvSource({"TLSv1.3,true", "TLSv1.3,false", "TLSv1.2,true", "TLSv1.2,false"})
    void handshake_clientWouldResume_isFullEveryTime(String version, boolean jvm) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        TlsMaterial material = TlsMaterial.load(agent);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {material.keyManager()},
                new TrustManager[] {new CountingTrust(material.trustManager(), asked)},
                null);
        try (GrpcTransportServer server = start(center, jvm)) {
            for (int i = 1; i <= 4; i++) {
                try (SSLSocket socket = dial(context, server.port(), version)) {
                    socket.startHandshake();
                    assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                    assertThat(socket.getInputStream().read())
                            .as("the server's first byte, after any ticket")
                            .isGreaterThanOrEqualTo(0);
                }
                assertThat(asked).hasValue(i);
            }
        }
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private GrpcTransportServer start(Tls tls, boolean jvm) throws IOException {
        GrpcTransportServer.Builder builder = GrpcTransportServer.on(ANY_PORT).tls(tls);
        GrpcTransportServer server = (jvm ? builder.jvmTls() : builder).build();
        server.start(acceptor);
        return server;
    }

    private static SSLSocket dial(SSLContext context, int port, String version) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static BigInteger serialShownBy(GrpcTransportServer server) throws Exception {
        try (SSLSocket socket = dial(TlsMaterial.load(agent).context(), server.port(), "TLSv1.3")) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    private static BigInteger serialOf(LinkAcceptor.Accepted link) {
        return link.peer().certificates().get(0).getSerialNumber();
    }

    private static BigInteger serialOf(Tls tls) throws Exception {
        return TlsMaterial.load(tls).chain().get(0).getSerialNumber();
    }

    private static void replace(Tls files, Tls with) throws IOException {
        Files.copy(with.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(with.privateKey(), files.privateKey(), StandardCopyOption.REPLACE_EXISTING);
    }

    private Tls copyOf(Tls tls) throws IOException {
        Tls copy = Tls.mutual(own.resolve("trust.pem"), own.resolve("certificate.pem"), own.resolve("key.pem"));
        Files.copy(tls.trust(), copy.trust());
        replace(copy, tls);
        return copy;
    }

    private static final class CountingTrust extends X509ExtendedTrustManager {

        private final X509ExtendedTrustManager trust;
        private final AtomicInteger asked;

        CountingTrust(X509ExtendedTrustManager trust, AtomicInteger asked) {
            this.trust = trust;
            this.asked = asked;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
                throws java.security.cert.CertificateException {
            asked.incrementAndGet();
            trust.checkServerTrusted(chain, kind, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws java.security.cert.CertificateException {
            asked.incrementAndGet();
            trust.checkServerTrusted(chain, kind, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind)
                throws java.security.cert.CertificateException {
            asked.incrementAndGet();
            trust.checkServerTrusted(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {
            throw new IllegalStateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {
            throw new IllegalStateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {
            throw new IllegalStateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trust.getAcceptedIssuers();
        }
    }
}
