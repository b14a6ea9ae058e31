package dev.outpost.agent.transport.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real server against peers that mean harm or speak something else; a well-behaved agent beside them notices nothing. */
@Timeout(60)
class GrpcServerUnderAttackTest {

    private static final int MAX_MESSAGE_BYTES = 64 * 1024;
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private final GrpcTransportServer server = GrpcTransportServer.on(ANY_PORT)
            .plaintext()
            .maxMessageBytes(MAX_MESSAGE_BYTES)
            .handshakesPerSecond(1_000_000) // or a fast machine's attackers are turned away at the door
            .build();
    private GrpcTransport transport;
    private Connection<AgentMessage> goodConnection;
    private LinkAcceptor.Accepted good;

    @BeforeEach
    void connectGoodAgent() throws Exception {
        server.start(acceptor);
        transport = GrpcTransport.to("127.0.0.1:" + server.port()).plaintext().build();
        LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
        goodConnection = transport.open(RawCall.helloEnvelope(), heard);
        good = acceptor.await();
        assertThat(good.heard().awaitPayload()).isInstanceOf(Hello.class);
        assertThat(heard.awaitOpen()).isTrue();
    }

    @AfterEach
    void closeAll() {
        transport.close();
        server.close();
    }

    @Test
    void garbageBytes_areHungUpOn() throws Exception {
        byte[] garbage = new byte[10_000];
        new Random(7).nextBytes(garbage);
        try (RawHttp2 attacker = RawHttp2.to(server.port())) {
            attacker.sendBytes(garbage).awaitHangUp();
        }
        goodAgentIsUntouched();
    }

    @Test
    void http1Request_isHungUpOn() throws Exception {
        try (RawHttp2 attacker = RawHttp2.to(server.port())) {
            attacker.sendBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII))
                    .awaitHangUp();
        }
        goodAgentIsUntouched();
    }

    @Test
    void plaintext_toTlsPort_isHungUpOn(@TempDir Path directory) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        GrpcTransportServer tlsServer = GrpcTransportServer.on(ANY_PORT)
                .tls(pki.issue("center", "dns:localhost"))
                .build();
        try (tlsServer) {
            tlsServer.start(acceptor);
            try (RawHttp2 attacker = RawHttp2.to(tlsServer.port())) {
                attacker.sendPreface().awaitHangUp();
            }
        }
        goodAgentIsUntouched();
    }

    @Test
    void garbageMessage_endsItsStreamAsInvalid() throws Exception {
        try (RawCall attacker = RawCall.to(server.port())) {
            attacker.send(RawCall.hello());
            LinkAcceptor.Accepted link = acceptor.await();
            assertThat(link.heard().awaitPayload()).isInstanceOf(Hello.class);
            attacker.send(new byte[] {(byte) 0xFF, 0x01, 0x02});
            Status status = attacker.awaitEnd();
            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).contains("not a message of the protocol (3 bytes)");
            assertThat(link.heard().awaitClosed().detail()).contains("not a message of the protocol");
            assertThat(link.heard().closeCount()).isEqualTo(1);
        }
        goodAgentIsUntouched();
    }

    @Test
    void oversizeMessage_endsItsStream() throws Exception {
        try (RawCall attacker = RawCall.to(server.port())) {
            attacker.send(RawCall.hello());
            LinkAcceptor.Accepted link = acceptor.await();
            assertThat(link.heard().awaitPayload()).isInstanceOf(Hello.class);
            attacker.send(new byte[MAX_MESSAGE_BYTES + 1]);
            assertThat(attacker.awaitEnd().getCode()).isIn(Status.Code.CANCELLED, Status.Code.RESOURCE_EXHAUSTED);
            link.heard().awaitClosed();
            assertThat(link.heard().closeCount()).isEqualTo(1);
            assertThat(link.heard().waitingMessages()).isZero();
        }
        goodAgentIsUntouched();
    }

    @Test
    void unknownPayload_isDeliveredAsSuch() throws Exception {
        byte[] message = dev.outpost.agent.v1.AgentMessage.newBuilder()
                .setId(2)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .mergeField(
                                77,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("from the future"))
                                        .build())
                        .build())
                .build()
                .toByteArray();
        try (RawCall attacker = RawCall.to(server.port())) {
            attacker.send(message);
            assertThat(acceptor.await().heard().awaitPayload()).isEqualTo(new UnknownPayload(77));
        }
        goodAgentIsUntouched();
    }

    @Test
    void messageThatClaimsTwoGigabytes_endsItsStreamAtOnce() throws Exception {
        try (RawHttp2 attacker = RawHttp2.to(server.port())) {
            attacker.sendPreface().sendCall().sendPartOfMessage(Integer.MAX_VALUE, 100);
            LinkAcceptor.Accepted link = acceptor.await();
            link.heard().awaitClosed();
            assertThat(link.heard().closeCount()).isEqualTo(1);
        }
        goodAgentIsUntouched();
    }

    @Test
    void halfAMessageThenSilence_isNeverDeliveredAndCanBeEnded() throws Exception {
        try (RawHttp2 attacker = RawHttp2.to(server.port())) {
            attacker.sendPreface().sendCall().sendPartOfMessage(MAX_MESSAGE_BYTES, 1_000);
            LinkAcceptor.Accepted link = acceptor.await();
            goodAgentIsUntouched();
            assertThat(link.heard().waitingMessages()).isZero();
            assertThat(link.heard().isClosed()).isFalse();
            link.connection().close(CloseReason.retry("no hello", null));
            assertThat(link.heard().awaitClosed().detail()).isEqualTo("no hello");
            assertThat(link.heard().closeCount()).isEqualTo(1);
        }
    }

    @Test
    void manyConnections_openedAndDropped_leaveNothingBehind() throws Exception {
        for (int i = 0; i < 300; i++) {
            RawHttp2 attacker = RawHttp2.to(server.port());
            switch (i % 3) {
                case 0 -> attacker.drop();
                case 1 -> attacker.sendPreface().drop();
                default -> attacker.sendPreface().close();
            }
        }
        assertThat(acceptor.waiting()).isZero();
        for (int i = 0; i < 50; i++) {
            RawHttp2 attacker = RawHttp2.to(server.port()).sendPreface().sendCall();
            LinkAcceptor.Accepted link = acceptor.await();
            attacker.drop();
            assertThat(link.heard().awaitClosed().next()).isEqualTo(CloseReason.Next.RETRY_WITH_BACKOFF);
            assertThat(link.heard().closeCount()).isEqualTo(1);
        }
        goodAgentIsUntouched();
    }

    private void goodAgentIsUntouched() throws Exception {
        assertThat(goodConnection.trySend(new Envelope<>(2, 0, 0, new Ping()))).isTrue();
        assertThat(good.heard().awaitPayload()).isEqualTo(new Ping());
        assertThat(good.heard().isClosed()).isFalse();
        assertThat(acceptor.waiting()).as("links that nobody asked for").isZero();
    }
}
