package dev.outpost.agent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Connection;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the server lets nobody do before it knows who is there. */
@Timeout(60)
class GrpcServerLimitsTest {

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private final List<AutoCloseable> open = new ArrayList<>();
    private GrpcTransportServer server;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        server.close();
    }

    @Test
    void connections_moreThanTheRate_areHungUpOnAndTheOthersGoOn() throws Exception {
        start(builder -> builder.handshakesPerSecond(1));
        LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
        Connection<AgentMessage> good = transport().open(RawCall.helloEnvelope(), heard);
        LinkAcceptor.Accepted link = acceptor.await();
        assertThat(link.heard().awaitPayload()).isInstanceOf(Hello.class);
        assertThat(heard.awaitOpen()).isTrue();
        Await.until("refused", () -> {
            connect();
            return server.counters().getOrDefault("connections.refused{TOTAL_LIMIT}", 0L) >= 3;
        });
        CloseReason reason = openUntilRefused();
        assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.LOST);
        assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        assertThat(good.trySend(new Envelope<>(2, 0, 0, new Ping()))).isTrue();
        assertThat(link.heard().awaitPayload()).isEqualTo(new Ping());
    }

    @Test
    void connections_tooManyUnknown_areHungUpOnUntilSomeAreLetIn() throws Exception {
        start(builder -> builder.maxUnknownConnections(3));
        for (int i = 0; i < 2; i++) {
            connect().sendPreface();
        }
        Await.until("known of", () -> server.counters().get("connections.unknown") == 2);
        LinkAcceptor.Accepted agent = letIn(); // asks for more than the hello, so it is known
        Await.until("let in", () -> server.counters().get("connections.unknown") == 2);
        connect().sendPreface();
        Await.until("full", () -> server.counters().get("connections.unknown") == 3);
        connect().awaitHangUp();
        assertThat(server.counters()).containsEntry("connections.refused{UNKNOWN_LIMIT}", 1L);
        assertThat(agent.heard().isClosed()).isFalse();
        open.get(0).close();
        Await.until("room again", () -> server.counters().get("connections.unknown") == 2);
        letIn();
    }

    private LinkAcceptor.Accepted letIn() throws Exception {
        transport().open(RawCall.helloEnvelope(), new LinkRecorder<>());
        LinkAcceptor.Accepted agent = acceptor.await();
        assertThat(agent.heard().awaitPayload()).isInstanceOf(Hello.class);
        return agent;
    }

    @Test
    void firstMessage_larger_isRefusedAndNotDelivered() throws Exception {
        start(builder -> builder);
        RawCall attacker = RawCall.to(server.port());
        open.add(attacker);
        attacker.send(new byte[FirstMessageLimit.MOST_BYTES + 1]);
        Status status = attacker.awaitEnd();
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).isEqualTo("the first message is larger than 262144 bytes");
        LinkAcceptor.Accepted link = acceptor.await();
        assertThat(link.heard().awaitClosed().fault()).isEqualTo(Fault.PROTOCOL);
        assertThat(link.heard().waitingMessages()).isZero();
    }

    @Test
    void firstMessage_muchOfItAndNoEnd_isRefusedMeanwhile() throws Exception {
        start(builder -> builder);
        RawHttp2 attacker = connect().sendPreface().sendCall();
        LinkAcceptor.Accepted link = acceptor.await();
        for (int i = 0; i < 30; i++) {
            attacker.sendPartOfMessage(3 << 20, 10_000); // the first one's header counts, the others' are contents
        }
        assertThat(link.heard().awaitClosed().detail()).isEqualTo("the first message is larger than 262144 bytes");
    }

    @Test
    void laterMessages_largerThanAFirstOneMayBe_areDelivered() throws Exception {
        start(builder -> builder);
        RawCall agent = RawCall.to(server.port());
        open.add(agent);
        agent.send(RawCall.hello());
        LinkAcceptor.Accepted link = acceptor.await();
        assertThat(link.heard().awaitPayload()).isInstanceOf(Hello.class);
        agent.send(new byte[1 << 20]); // no message of the protocol, but not too large a one
        assertThat(agent.awaitEnd().getDescription()).contains("not a message of the protocol (1048576 bytes)");
    }

    @Test
    void metadata_larger_isRefusedBeforeAnybodyHearsOfIt() throws Exception {
        start(builder -> builder);
        Metadata headers = new Metadata();
        headers.put(AgentService.AUTHORIZATION, "Bearer " + "x".repeat(20_000));
        RawCall attacker = RawCall.on(RawCall.channelTo(server.port()), headers);
        open.add(attacker);
        assertThat(attacker.awaitEnd().isOk()).isFalse();
        assertThat(acceptor.waiting()).isZero();
    }

    @Test
    void metadata_longestToken_isTaken() throws Exception {
        start(builder -> builder);
        Metadata headers = new Metadata();
        headers.put(AgentService.AUTHORIZATION, "x".repeat(8 * 1024));
        open.add(RawCall.on(RawCall.channelTo(server.port()), headers));
        assertThat(acceptor.await().peer().authorization()).hasSize(8 * 1024);
    }

    @Test
    void calls_manyOnOneConnection_areRefused() throws Exception {
        start(builder -> builder);
        ManagedChannel channel = RawCall.channelTo(server.port());
        for (int i = 0; i < CallsPerConnection.MOST; i++) {
            RawCall call = RawCall.on(channel, new Metadata());
            call.send(RawCall.hello());
            acceptor.await().connection().close(CloseReason.refused("not you", null));
            assertThat(call.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        RawCall last = RawCall.on(channel, new Metadata());
        open.add(last);
        assertThat(last.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(last.awaitEnd().getDescription()).contains("connect anew");
        assertThat(acceptor.waiting()).isZero();
    }

    @Test
    void build_limitsOutOfRange_areNamed() {
        server = GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .plaintext()
                .build();
        assertThatThrownBy(() -> GrpcTransportServer.on(new InetSocketAddress(0))
                        .plaintext()
                        .handshakesPerSecond(0)
                        .handshakesPerSecondAndAddress(-1)
                        .maxUnknownConnections(2_000_000)
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("handshakesPerSecond")
                .hasMessageContaining("handshakesPerSecondAndAddress")
                .hasMessageContaining("maxUnknownConnections");
    }

    /** The first connections may slip in, for the rate allows one a second. */
    private CloseReason openUntilRefused() throws Exception {
        while (true) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            connect();
            transport().open(RawCall.helloEnvelope(), heard);
            if (!heard.awaitOpen()) {
                return heard.awaitClosed();
            }
        }
    }

    // ---- tools ----------------------------------------------------------------------------------------------------

    private void start(UnaryOperator<GrpcTransportServer.Builder> settings) throws IOException {
        server = settings.apply(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .plaintext())
                .build();
        server.start(acceptor);
    }

    private RawHttp2 connect() {
        try {
            RawHttp2 raw = RawHttp2.to(server.port());
            open.add(raw);
            return raw;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private GrpcTransport transport() {
        GrpcTransport transport =
                GrpcTransport.to("127.0.0.1:" + server.port()).plaintext().build();
        open.add(transport);
        return transport;
    }
}
