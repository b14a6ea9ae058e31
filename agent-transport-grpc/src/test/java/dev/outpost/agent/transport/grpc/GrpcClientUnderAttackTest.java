package dev.outpost.agent.transport.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.Tls;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent's real transport against servers that mean harm, speak something else or are set up wrong: the listener hears
 * once why, nothing is thrown, no thread stays.
 */
@Timeout(60)
class GrpcClientUnderAttackTest {

    private static final int MAX_MESSAGE_BYTES = 64 * 1024;
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private static Path directory;

    @TempDir
    private static Path otherDirectory;

    private static ThrowawayPki pki;
    private static ThrowawayPki otherPki;
    private static Tls agentTls;

    private final LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
    private GrpcTransport transport;

    @BeforeAll
    static void makeKeys() throws Exception {
        pki = ThrowawayPki.in(directory);
        otherPki = ThrowawayPki.in(otherDirectory);
        agentTls = pki.issue("agent", "dns:agent");
    }

    @AfterEach
    void closeAndLookForThreads() throws Exception {
        transport.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("outpost-grpc")) {
                thread.join(20_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
        assertThat(heard.closeCount()).as("calls of onClosed").isEqualTo(1);
    }

    // ---- not gRPC -------------------------------------------------------------------------------------------------

    @Test
    void open_serverSaysNothing_waitsUntilClosed() throws Exception {
        try (RawServer server = RawServer.that(socket -> {})) {
            Connection<AgentMessage> connection = openPlaintext(server.port());
            assertThat(connection.trySend(ping())).isFalse();
            connection.close(CloseReason.retry("no welcome", null));
            connection.close(CloseReason.retry("again", null));
            closedAs(Next.RETRY_WITH_BACKOFF, "no welcome");
        }
    }

    @Test
    void close_serverSaysNothing_endsConnectionToStop() throws Exception {
        try (RawServer server = RawServer.that(socket -> {})) {
            openPlaintext(server.port());
            transport.close();
            closedAs(Next.STOP, "the transport is closed");
        }
    }

    @Test
    void open_serverSendsGarbage_isToBeRetried() throws Exception {
        byte[] garbage = new byte[1_000];
        new Random(7).nextBytes(garbage);
        try (RawServer server = RawServer.that(socket -> send(socket, garbage))) {
            openPlaintext(server.port());
            closedAs(Next.RETRY_WITH_BACKOFF, "does not speak gRPC");
            assertThat(heard.awaitClosed().fault()).isEqualTo(CloseReason.Fault.PROTOCOL);
        }
    }

    @Test
    void open_serverIsAWebServer_isToBeRetried() throws Exception {
        byte[] answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII);
        try (RawServer server = RawServer.that(socket -> send(socket, answer))) {
            openPlaintext(server.port());
            closedAs(Next.RETRY_WITH_BACKOFF, "does not speak gRPC");
            assertThat(heard.awaitClosed().fault()).isEqualTo(CloseReason.Fault.PROTOCOL);
        }
    }

    @Test
    void open_serverClosesRightAway_isToBeRetried() throws Exception {
        try (RawServer server = RawServer.that(Socket::close)) {
            Connection<AgentMessage> connection = openPlaintext(server.port());
            closedAs(Next.RETRY_WITH_BACKOFF, "UNAVAILABLE");
            assertThat(connection.trySend(ping())).isFalse();
        }
    }

    @Test
    void open_tlsToPlaintextServer_isToBeRetriedRarely() throws Exception {
        GrpcTransportServer server =
                GrpcTransportServer.on(ANY_PORT).plaintext().build();
        try (server) {
            server.start(new LinkAcceptor());
            openTls(server.port(), agentTls);
            closedAs(Next.RETRY_RARELY, "TLS: ");
        }
    }

    @Test
    void open_whileTransportCloses_neverThrowsAndIsClosed() throws Exception {
        try (RawServer server = RawServer.that(socket -> {})) {
            for (int i = 0; i < 100; i++) {
                GrpcTransport closing = plaintext(server.port());
                closing.open(RawCall.helloEnvelope(), new LinkRecorder<>());
                Thread closer = new Thread(closing::close);
                closer.start();
                LinkRecorder<CenterMessage> late = new LinkRecorder<>();
                closing.open(RawCall.helloEnvelope(), late);
                assertThat(late.awaitClosed().next()).isEqualTo(Next.STOP);
                closer.join();
                assertThat(late.closeCount()).isEqualTo(1);
            }
            openPlaintext(server.port());
            transport.close();
            closedAs(Next.STOP, "the transport is closed");
        }
    }

    // ---- gRPC, but not the protocol -------------------------------------------------------------------------------

    @Test
    void onMessage_garbage_closesToRetry() throws Exception {
        try (AnsweringServer server = new AnsweringServer(new byte[] {(byte) 0xFF, 0x01, 0x02})) {
            openPlaintext(server.port()).request(10);
            closedAs(Next.RETRY_WITH_BACKOFF, "not a message of the protocol (3 bytes)");
        }
    }

    @Test
    void onMessage_oversize_closesToRetry() throws Exception {
        try (AnsweringServer server = new AnsweringServer(new byte[MAX_MESSAGE_BYTES + 1])) {
            openPlaintext(server.port()).request(10);
            closedAs(Next.RETRY_WITH_BACKOFF, "exceeds maximum size");
        }
    }

    @Test
    void onMessage_unknownPayload_isDeliveredAsSuch() throws Exception {
        byte[] field77 = {(byte) 0xEA, 0x04, 0x00};
        try (AnsweringServer server = new AnsweringServer(field77)) {
            Connection<AgentMessage> connection = openPlaintext(server.port());
            connection.request(10);
            assertThat(heard.awaitPayload()).isEqualTo(new UnknownPayload(77));
            connection.close(CloseReason.stop("done"));
            transport.close(); // for this server never ends the stream on its part
            closedAs(Next.STOP, "done");
        }
    }

    @Test
    void close_toStopAndServerNeverEndsTheStream_endsByItself() throws Exception {
        byte[] field77 = {(byte) 0xEA, 0x04, 0x00};
        try (AnsweringServer server = new AnsweringServer(field77)) {
            Connection<AgentMessage> connection = openPlaintext(server.port());
            connection.request(10);
            assertThat(heard.awaitPayload()).isEqualTo(new UnknownPayload(77));
            connection.close(CloseReason.stop("done"));
            closedAs(Next.STOP, "done");
        }
    }

    @Test
    void open_serverWithoutTheService_isToBeRetriedRarely() throws Exception {
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .build()
                .start();
        try {
            openPlaintext(server.getPort());
            closedAs(Next.RETRY_RARELY, "Method not found");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void trySend_whileServerBreaksTheLink_neverThrows() throws Exception {
        try (AnsweringServer server = new AnsweringServer(new byte[] {(byte) 0xFF})) {
            for (int i = 0; i < 30; i++) {
                LinkRecorder<CenterMessage> broken = new LinkRecorder<>();
                transport = i == 0 ? plaintext(server.port()) : transport;
                Connection<AgentMessage> connection = transport.open(RawCall.helloEnvelope(), broken);
                broken.awaitOpen();
                connection.request(1);
                while (!broken.isClosed()) {
                    connection.trySend(ping());
                }
                assertThat(broken.closeCount()).isEqualTo(1);
            }
            transport.open(RawCall.helloEnvelope(), heard).close(CloseReason.stop("done"));
            closedAs(Next.STOP, "done");
        }
    }

    // ---- certificates ---------------------------------------------------------------------------------------------

    @Test
    void open_serverOfOtherAuthority_isToBeRetriedRarely() throws Exception {
        connectWith(otherPki.issue("center-1", "dns:localhost"), agentTls);
        closedAs(Next.RETRY_RARELY, "PKIX path validation failed");
    }

    @Test
    void open_serverCertificateExpired_isToBeRetriedRarely() throws Exception {
        connectWith(pki.issue("center-2", "dns:localhost", "-10d", 5), agentTls);
        closedAs(Next.RETRY_RARELY, "NotAfter");
    }

    @Test
    void open_serverCertificateOfOtherHost_isToBeRetriedRarely() throws Exception {
        connectWith(pki.issue("center-3", "dns:elsewhere.example"), agentTls);
        closedAs(Next.RETRY_RARELY, "No subject alternative DNS name matching localhost");
    }

    @Test
    void open_withoutCertificateWhereRequired_isToBeRetriedRarely() throws Exception {
        connectWith(pki.issue("center-4", "dns:localhost"), Tls.trusting(pki.trust()));
        closedAs(Next.RETRY_RARELY, "certificate");
    }

    @Test
    void open_ownCertificateExpired_isToBeRetriedRarely() throws Exception {
        connectWith(pki.issue("center-5", "dns:localhost"), pki.issue("agent-2", "dns:agent", "-10d", 5));
        closedAs(Next.RETRY_RARELY, "certificate");
    }

    @Test
    void open_ownCertificateOfOtherAuthority_isToBeRetriedRarely() throws Exception {
        Tls stranger = otherPki.issue("agent-3", "dns:agent");
        Tls strangerTrustingUs = Tls.mutual(pki.trust(), stranger.certificate(), stranger.privateKey());
        connectWith(pki.issue("center-6", "dns:localhost"), strangerTrustingUs);
        closedAs(Next.RETRY_RARELY, "Received fatal alert");
    }

    @Test
    void open_ownCertificateIsNoCertificate_isToBeRetriedRarely() throws Exception {
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "nonsense");
        connectWith(pki.issue("center-7", "dns:localhost"), Tls.mutual(pki.trust(), nonsense, agentTls.privateKey()));
        closedAs(Next.RETRY_RARELY, "nonsense.pem");
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private void connectWith(Tls serverTls, Tls clientTls) throws Exception {
        GrpcTransportServer server =
                GrpcTransportServer.on(ANY_PORT).tls(serverTls).build();
        try (server) {
            server.start(new LinkAcceptor());
            openTls(server.port(), clientTls);
            heard.awaitClosed();
        }
    }

    private void openTls(int port, Tls tls) {
        transport = GrpcTransport.to("localhost:" + port).tls(tls).build();
        transport.open(RawCall.helloEnvelope(), heard).request(10);
    }

    private Connection<AgentMessage> openPlaintext(int port) {
        transport = plaintext(port);
        return transport.open(RawCall.helloEnvelope(), heard);
    }

    private static GrpcTransport plaintext(int port) {
        return GrpcTransport.to("127.0.0.1:" + port)
                .plaintext()
                .maxMessageBytes(MAX_MESSAGE_BYTES)
                .build();
    }

    private void closedAs(Next next, String detail) throws Exception {
        CloseReason reason = heard.awaitClosed();
        assertThat(reason.detail()).contains(detail);
        assertThat(reason.next()).as(reason.detail()).isEqualTo(next);
    }

    private static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    private static Envelope<AgentMessage> ping() {
        return new Envelope<>(2, 0, 0, new Ping());
    }

    /** Answers the first message of every stream with the same bytes, whatever they are. */
    private static final class AnsweringServer implements AutoCloseable {

        private final Server server;

        AnsweringServer(byte[] answer) throws IOException {
            ServerCallHandler<byte[], byte[]> handler = (call, headers) -> answering(call, answer);
            server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .addService(ServerServiceDefinition.builder(AgentService.SERVICE)
                            .addMethod(RawCall.CONNECT, handler)
                            .build())
                    .build()
                    .start();
        }

        private static ServerCall.Listener<byte[]> answering(ServerCall<byte[], byte[]> call, byte[] answer) {
            call.sendHeaders(new Metadata());
            call.request(1);
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                    call.sendMessage(answer);
                }
            };
        }

        int port() {
            return server.getPort();
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }
}
