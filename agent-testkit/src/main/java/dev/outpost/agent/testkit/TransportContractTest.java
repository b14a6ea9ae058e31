package dev.outpost.agent.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every pair of {@link Transport} and {@link TransportServer} keeps. Extend it, and say how to make them.
 */
@Timeout(60)
public abstract class TransportContractTest {

    private static final UUID STREAM = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    private TransportServer server;
    private Transport transport;
    private RecordingAcceptor acceptor;

    /** For subclasses. */
    protected TransportContractTest() {}

    /** A server that is not started. */
    protected abstract TransportServer newServer() throws Exception;

    /** A transport that leads to {@code server}, which has been started. */
    protected abstract Transport newTransport(TransportServer server) throws Exception;

    @BeforeEach
    final void startServer() throws Exception {
        server = newServer();
        acceptor = new RecordingAcceptor();
        server.start(acceptor);
        transport = newTransport(server);
    }

    @AfterEach
    final void closeBoth() {
        transport.close();
        server.close();
    }

    @Test
    void open_serverListens_opensAndDeliversHelloFirst() throws Exception {
        RecordingListener<CenterMessage> agent = new RecordingListener<>();
        transport.open(hello("a-1"), agent);
        agent.awaitOpen();
        RecordingAcceptor.Accepted accepted = acceptor.await();
        accepted.connection().request(1);
        assertThat(accepted.listener().awaitMessage().payload()).isEqualTo(helloPayload("a-1"));
        assertThat(accepted.peer().address()).isNotEmpty();
    }

    @Test
    void open_serverGone_closesOnceToBeRetried() throws Exception {
        server.close();
        RecordingListener<CenterMessage> agent = new RecordingListener<>();
        Connection<AgentMessage> connection = transport.open(hello("a-1"), agent);
        assertThat(agent.awaitClosed().next()).isEqualTo(CloseReason.Next.RETRY_WITH_BACKOFF);
        assertThat(connection.trySend(ping(2))).isFalse();
        connection.close(CloseReason.stop("again"));
        assertThat(agent.closeCount()).isEqualTo(1);
        assertThat(agent.wasOpened()).isFalse();
    }

    @Test
    void trySend_beforeOpen_saysNo() throws Exception {
        server.close();
        Connection<AgentMessage> connection = transport.open(hello("a-1"), new RecordingListener<>());
        assertThat(connection.trySend(ping(2))).isFalse();
    }

    @Test
    void trySend_manyMessages_arriveInOrderBothWays() throws Exception {
        Link link = connect();
        link.center.request(1_001);
        link.agent.request(1_000);
        for (int i = 2; i <= 1_001; i++) {
            sendWhenWritable(link.agent, ping(i), link.agentListener);
            sendWhenWritable(link.center, new Envelope<>(i, 0, 7, new Ping()), link.centerListener);
        }
        for (int i = 2; i <= 1_001; i++) {
            assertThat(link.centerListener.awaitMessage().id()).isEqualTo(i);
            assertThat(link.agentListener.awaitMessage().id()).isEqualTo(i);
        }
    }

    @Test
    void trySend_everyKindOfValue_arrivesEqual() throws Exception {
        Link link = connect();
        link.center.request(10);
        link.agent.request(10);
        byte[] body = new byte[200_000];
        new SplittableRandom(1).nextBytes(body);
        TelemetryBatch batch = new TelemetryBatch(
                new StreamPosition(STREAM, 3, 17),
                Signal.LOGS,
                1_000,
                TelemetryBatch.Codec.NONE,
                ByteBuffer.wrap(body));
        sendWhenWritable(link.agent, new Envelope<>(2, 9, 123, batch), link.agentListener);
        assertThat(link.centerListener.awaitMessage()).isEqualTo(new Envelope<AgentMessage>(2, 9, 123, batch));
        List<CenterMessage> messages = List.of(
                new Welcome("s", Duration.ofSeconds(3), 4, 5, List.of(new StreamPosition(STREAM, 1, 2))),
                new BatchAck(new StreamPosition(STREAM, 3, 17)),
                new Drain("ünïcode", Duration.ofMillis(1)));
        for (CenterMessage message : messages) {
            sendWhenWritable(link.center, new Envelope<>(5, 0, 1, message), link.centerListener);
            assertThat(link.agentListener.awaitMessage().payload()).isEqualTo(message);
        }
    }

    @Test
    void request_fewerThanSent_deliversOnlyAsMany() throws Exception {
        Link link = connect();
        link.center.request(3);
        for (int i = 2; i <= 11; i++) {
            sendWhenWritable(link.agent, ping(i), link.agentListener);
        }
        for (int i = 2; i <= 4; i++) {
            assertThat(link.centerListener.awaitMessage().id()).isEqualTo(i);
        }
        // What overtakes nothing: the answer to a message in the other direction comes after all that could have come.
        link.agent.request(1);
        sendWhenWritable(link.center, new Envelope<>(1, 0, 0, new Ping()), link.centerListener);
        link.agentListener.awaitMessage();
        assertThat(link.centerListener.waitingMessages()).isZero();
        link.center.request(7);
        for (int i = 5; i <= 11; i++) {
            assertThat(link.centerListener.awaitMessage().id()).isEqualTo(i);
        }
    }

    @Test
    void trySend_receiverTakesNothing_saysFullAndLaterWritable() throws Exception {
        Link link = connect();
        ByteBuffer body = ByteBuffer.allocate(100_000);
        int taken = 0;
        boolean mayGrow = true; // networks buffer, so the first "full" may be a short one; it must stay bounded, though
        while (taken < 1_000 && mayGrow) {
            if (link.agent.trySend(batch(taken + 1, body))) {
                taken++;
            } else {
                mayGrow = link.agentListener.awaitWritableBriefly();
            }
        }
        assertThat(taken).as("100 MB into a link that nobody reads").isBetween(1, 999);
        link.agentListener.forgetWritable();
        link.center.request(taken);
        for (int i = 1; i <= taken; i++) {
            assertThat(link.centerListener.awaitMessage().id()).isEqualTo(i);
        }
        link.agentListener.awaitWritable();
        link.center.request(1);
        sendWhenWritable(link.agent, ping(77), link.agentListener);
        assertThat(link.centerListener.awaitMessage().id()).isEqualTo(77);
    }

    @Test
    void close_byAgentToStop_deliversWhatWasTakenAndEndsBothOnce() throws Exception {
        Link link = connect();
        link.center.request(10);
        sendWhenWritable(link.agent, ping(2), link.agentListener);
        link.agent.close(CloseReason.stop("done"));
        link.agent.close(CloseReason.stop("again"));
        assertThat(link.centerListener.awaitMessage().id()).isEqualTo(2);
        link.centerListener.awaitClosed();
        assertThat(link.agentListener.awaitClosed().next()).isEqualTo(CloseReason.Next.STOP);
        assertThat(link.agentListener.closeCount()).isEqualTo(1);
        assertThat(link.centerListener.closeCount()).isEqualTo(1);
        assertThat(link.agent.trySend(ping(3))).isFalse();
    }

    @Test
    void close_byAgentOnFault_endsBoth() throws Exception {
        Link link = connect();
        link.agent.close(CloseReason.retry("nothing heard", null));
        link.centerListener.awaitClosed();
        assertThat(link.agentListener.awaitClosed().next()).isEqualTo(CloseReason.Next.RETRY_WITH_BACKOFF);
    }

    @Test
    void close_byCenterAsRefusal_tellsAgentToRetryRarely() throws Exception {
        Link link = connect();
        link.agent.request(1);
        sendWhenWritable(link.center, new Envelope<>(1, 0, 0, new Ping()), link.centerListener);
        link.center.close(CloseReason.refused("not you", null));
        assertThat(link.agentListener.awaitMessage().payload()).isEqualTo(new Ping());
        CloseReason reason = link.agentListener.awaitClosed();
        assertThat(reason.next()).isEqualTo(CloseReason.Next.RETRY_RARELY);
        assertThat(reason.detail()).contains("not you");
    }

    @Test
    void close_byCenterAsReconnect_tellsAgentToReconnect() throws Exception {
        Link link = connect();
        link.center.close(CloseReason.reconnect("drained"));
        assertThat(link.agentListener.awaitClosed().next()).isEqualTo(CloseReason.Next.RECONNECT);
    }

    @Test
    void close_ofServer_endsLinksToBeRetried() throws Exception {
        Link link = connect();
        server.close();
        assertThat(link.agentListener.awaitClosed().next()).isEqualTo(CloseReason.Next.RETRY_WITH_BACKOFF);
        link.centerListener.awaitClosed();
    }

    @Test
    void close_ofTransport_endsLinksForGood() throws Exception {
        Link link = connect();
        transport.close();
        transport.close();
        assertThat(link.agentListener.awaitClosed().next()).isEqualTo(CloseReason.Next.STOP);
        link.centerListener.awaitClosed();
    }

    @Test
    void listener_underTrafficAndClose_isCalledSeriallyInOrder() throws Exception {
        Link link = connect();
        link.agent.request(500);
        link.center.request(500);
        for (int i = 2; i < 200; i++) {
            sendWhenWritable(link.center, new Envelope<>(i, 0, 0, new Ping()), link.centerListener);
            sendWhenWritable(link.agent, ping(i), link.agentListener);
        }
        link.center.close(CloseReason.reconnect("enough"));
        link.agentListener.awaitClosed();
        link.centerListener.awaitClosed();
        assertThat(link.agentListener.violations()).isEmpty();
        assertThat(link.centerListener.violations()).isEmpty();
    }

    @Test
    void open_severalAtOnce_keepsThemApart() throws Exception {
        Link first = connect();
        Link second = connect();
        first.center.request(1);
        second.center.request(1);
        sendWhenWritable(first.agent, ping(11), first.agentListener);
        sendWhenWritable(second.agent, ping(22), second.agentListener);
        assertThat(first.centerListener.awaitMessage().id()).isEqualTo(11);
        assertThat(second.centerListener.awaitMessage().id()).isEqualTo(22);
        first.agent.close(CloseReason.stop("first"));
        first.centerListener.awaitClosed();
        second.center.request(1);
        sendWhenWritable(second.agent, ping(23), second.agentListener);
        assertThat(second.centerListener.awaitMessage().id()).isEqualTo(23);
    }

    /** An open link whose hello has been taken. */
    private Link connect() throws Exception {
        RecordingListener<CenterMessage> agentListener = new RecordingListener<>();
        Connection<AgentMessage> agent = transport.open(hello("a"), agentListener);
        agentListener.awaitOpen();
        RecordingAcceptor.Accepted accepted = acceptor.await();
        accepted.connection().request(1);
        accepted.listener().awaitMessage();
        return new Link(agent, agentListener, accepted.connection(), accepted.listener());
    }

    private record Link(
            Connection<AgentMessage> agent,
            RecordingListener<CenterMessage> agentListener,
            Connection<CenterMessage> center,
            RecordingListener<AgentMessage> centerListener) {}

    private static <S> void sendWhenWritable(Connection<S> connection, Envelope<S> message, RecordingListener<?> own)
            throws InterruptedException {
        while (!connection.trySend(message)) {
            own.awaitWritable();
        }
    }

    private static Envelope<AgentMessage> batch(long id, ByteBuffer body) {
        return new Envelope<>(
                id,
                0,
                0,
                new TelemetryBatch(new StreamPosition(STREAM, 1, id), Signal.LOGS, 1, TelemetryBatch.Codec.NONE, body));
    }

    private static Envelope<AgentMessage> ping(long id) {
        return new Envelope<>(id, 0, 5, new Ping());
    }

    private static Envelope<Hello> hello(String agentId) {
        return new Envelope<>(1, 0, 5, helloPayload(agentId));
    }

    private static Hello helloPayload(String agentId) {
        return new Hello(
                1,
                agentId,
                "i",
                "v",
                Map.of("zone", "b", "tier", "1"),
                List.of("t1", "t2"),
                List.of(new StreamPosition(STREAM, 1, 0)));
    }
}
