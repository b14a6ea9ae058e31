package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Drain;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Connection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against servers that are not ours. */
@Timeout(60)
class ClientUnderAttackTest {

    private static final int LIMIT = 64 * 1024;

    private final LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
    private ServerSocket server;
    private WebSocketTransport transport;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        server.setSoTimeout(20_000);
        transport =
                Links.plaintextTo(server.getLocalPort()).maxMessageBytes(LIMIT).build();
    }

    @AfterEach
    void stop() throws Exception {
        transport.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1000, RECONNECT, OTHER",
        "1001, RETRY_WITH_BACKOFF, OTHER",
        "1002, RETRY_WITH_BACKOFF, PROTOCOL",
        "1003, RETRY_RARELY, PROTOCOL",
        "1007, RETRY_WITH_BACKOFF, PROTOCOL",
        "1008, RETRY_RARELY, PERMISSION_DENIED",
        "1009, RETRY_WITH_BACKOFF, PROTOCOL",
        "1011, RETRY_WITH_BACKOFF, OTHER",
        "1012, RETRY_WITH_BACKOFF, OTHER",
        "1013, RETRY_WITH_BACKOFF, BUSY",
        "4400, RETRY_RARELY, OTHER",
        "4401, RETRY_RARELY, UNAUTHENTICATED",
        "4403, RETRY_RARELY, PERMISSION_DENIED",
        "4499, RETRY_RARELY, OTHER",
        "4500, RETRY_WITH_BACKOFF, OTHER",
        "4599, RETRY_WITH_BACKOFF, OTHER",
        "3000, RETRY_WITH_BACKOFF, OTHER",
    })
    void close_byServer_meansWhatItsCodeSays(int code, Next next, Fault fault) throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.acceptHello();
            byte[] text = "because".getBytes(StandardCharsets.UTF_8);
            raw.send(
                    true,
                    RawSocket.CLOSE,
                    ByteBuffer.allocate(2 + text.length)
                            .putShort((short) code)
                            .put(text)
                            .array());
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.next()).isEqualTo(next);
            assertThat(reason.fault()).isEqualTo(fault);
            assertThat(reason.detail()).contains(code + ": because");
            assertThat(raw.readClose().closeCode()).isEqualTo(code);
        }
        assertThat(heard.closeCount()).isEqualTo(1);
    }

    @Test
    void close_byServerWithoutCode_isLost() throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.acceptHello();
            raw.send(true, RawSocket.CLOSE, new byte[0]);
            assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.LOST);
        }
    }

    @Test
    void connection_cut_isLost() throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            assertThat(raw.acceptHello().opcode()).isEqualTo(RawSocket.BINARY);
        }
        CloseReason reason = heard.awaitClosed();
        assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        assertThat(reason.fault()).isEqualTo(Fault.LOST);
    }

    @ParameterizedTest
    @CsvSource({
        "401, '', RETRY_RARELY, UNAUTHENTICATED, -1",
        "403, '', RETRY_RARELY, PERMISSION_DENIED, -1",
        "404, '', RETRY_RARELY, PROTOCOL, -1",
        "426, '', RETRY_RARELY, PROTOCOL, -1",
        "418, 7, RETRY_RARELY, PROTOCOL, -1",
        "200, '', RETRY_RARELY, PROTOCOL, -1",
        "302, '', RETRY_RARELY, PROTOCOL, -1",
        "429, 7, RETRY_WITH_BACKOFF, BUSY, 7",
        "503, 42, RETRY_WITH_BACKOFF, BUSY, 42",
        "503, '', RETRY_WITH_BACKOFF, BUSY, -1",
        "503, soon, RETRY_WITH_BACKOFF, BUSY, -1",
        "503, 'Fri, 31 Dec 1999 23:59:59 GMT', RETRY_WITH_BACKOFF, BUSY, 0",
        "503, 'Tue, 31 Dec 2999 23:59:59 GMT', RETRY_WITH_BACKOFF, BUSY, 86400",
        "500, '', RETRY_WITH_BACKOFF, OTHER, -1",
        "502, 3, RETRY_WITH_BACKOFF, OTHER, 3",
    })
    void handshake_answeredOtherwise_meansWhatItsStatusSays(
            int status, String retryAfter, Next next, Fault fault, long seconds) throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.readHead();
            String header = retryAfter.isEmpty() ? "" : "Retry-After: " + retryAfter + "\r\n";
            raw.write(("HTTP/1.1 " + status + " No\r\nLocation: /x\r\n" + header + "Content-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.next()).isEqualTo(next);
            assertThat(reason.fault()).isEqualTo(fault);
            assertThat(reason.detail()).contains("" + status);
            assertThat(reason.retryAfter()).isEqualTo(seconds < 0 ? null : Duration.ofSeconds(seconds));
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: permessage-deflate"})
    void handshake_answeredByAnotherProtocol_isRefusedAsProtocol(String header) throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.respond(raw.readHead(), header.isEmpty() ? "" : header + "\r\n");
            CloseReason reason = heard.awaitClosed();
            assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
            assertThat(reason.fault()).isEqualTo(Fault.PROTOCOL);
            raw.awaitEnd();
        }
    }

    @Test
    void handshake_answeredWithGarbage_isToBeRetried() throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.readHead();
            raw.write(new byte[] {1, 2, 3, '\r', '\n', '\r', '\n'});
            assertThat(heard.awaitClosed().next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
        }
    }

    @Test
    void close_whileConnecting_endsAtOnce() throws Exception {
        Connection<AgentMessage> connection = transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.readHead();
            connection.close(CloseReason.stop("never mind"));
            assertThat(heard.awaitClosed().next()).isEqualTo(Next.STOP);
        }
        assertThat(heard.closeCount()).isEqualTo(1);
    }

    @Test
    void message_inFragments_isPutTogether() throws Exception {
        transport.open(Links.hello(), heard).request(2);
        byte[] message = MessageCodec.encodeCenter(new Envelope<>(7, 0, 0, new Drain("ünïcode", Duration.ofMillis(9))))
                .toByteArray();
        try (RawSocket raw = accept()) {
            raw.acceptHello();
            for (int i = 0; i < message.length; i++) {
                raw.send(i == message.length - 1, i == 0 ? RawSocket.BINARY : 0, Arrays.copyOfRange(message, i, i + 1));
                raw.send(true, RawSocket.PING, new byte[0]);
            }
            raw.send(true, RawSocket.BINARY, message);
            for (int i = 0; i < 2; i++) {
                assertThat(heard.awaitMessage())
                        .isEqualTo(new Envelope<>(7, 0, 0, new Drain("ünïcode", Duration.ofMillis(9))));
            }
        }
    }

    @Test
    void text_cutInsideACharacter_isPutTogether() throws Exception {
        WebSocketTransport json = Links.plaintextTo(server.getLocalPort())
                .subprotocols(WebSocketTransport.Form.JSON)
                .build();
        json.open(Links.hello(), heard).request(1);
        byte[] message =
                "{\"id\":\"3\",\"type\":\"drain\",\"payload\":{\"reason\":\"ü€😀\"}}".getBytes(StandardCharsets.UTF_8);
        try (RawSocket raw = accept()) {
            assertThat(raw.acceptHello().opcode()).isEqualTo(RawSocket.TEXT);
            for (int i = 0; i < message.length; i++) {
                raw.send(i == message.length - 1, i == 0 ? RawSocket.TEXT : 0, Arrays.copyOfRange(message, i, i + 1));
            }
            assertThat(heard.awaitMessage().payload()).isEqualTo(new Drain("ü€😀", Duration.ZERO));
        } finally {
            json.close();
        }
    }

    @Test
    void message_overTheLimit_closesWithOurOwnCodeForIt() throws Exception {
        transport.open(Links.hello(), heard).request(1);
        try (RawSocket raw = accept()) {
            raw.acceptHello();
            for (int i = 0; i <= LIMIT / 1_000; i++) {
                raw.send(false, i == 0 ? RawSocket.BINARY : 0, new byte[1_000]);
            }
            RawSocket.Frame close = raw.readClose();
            assertThat(close).as("%s", heard.awaitClosed()).isNotNull();
            assertThat(close.closeCode()).isEqualTo(4009);
        }
        CloseReason reason = heard.awaitClosed();
        assertThat(reason.fault()).isEqualTo(Fault.PROTOCOL);
        assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
    }

    @Test
    void message_thatIsNone_closesWithOurOwnCodeForIt() throws Exception {
        transport.open(Links.hello(), heard).request(1);
        try (RawSocket raw = accept()) {
            raw.acceptHello();
            raw.send(true, RawSocket.BINARY, new byte[] {(byte) 0xFF, 1, 2, 3});
            assertThat(raw.readClose().closeCode()).isEqualTo(4002);
        }
        assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.PROTOCOL);
    }

    @Test
    void frames_thatAreNone_endTheLinkAsProtocol() throws Exception {
        transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            assertThat(raw.acceptHello().opcode()).isEqualTo(RawSocket.BINARY);
            byte[] garbage = new byte[1_000];
            Arrays.fill(garbage, (byte) 0x7E);
            raw.write(garbage);
            assertThat(heard.awaitClosed().fault()).isEqualTo(Fault.PROTOCOL);
        }
    }

    @Test
    void trySend_largerThanTheLimit_sendsNothingAndEndsTheLink() throws Exception {
        Connection<AgentMessage> connection = transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.accept();
            assertThat(heard.awaitOpen()).isTrue();
            assertThat(connection.trySend(new Envelope<>(2, 0, 0, new Goodbye("x".repeat(LIMIT)))))
                    .isFalse();
            assertThat(raw.read().payload()).hasSizeLessThan(100); // the hello
            assertThat(raw.read().opcode()).isEqualTo(RawSocket.CLOSE);
        }
        CloseReason reason = heard.awaitClosed();
        assertThat(reason.next()).isEqualTo(Next.RETRY_RARELY);
        assertThat(reason.detail()).contains("Goodbye").contains("maxMessageBytes");
    }

    @Test
    void close_toStopThatIsNeverAnswered_deliversAndThenCuts() throws Exception {
        Connection<AgentMessage> connection = transport.open(Links.hello(), heard);
        try (RawSocket raw = accept()) {
            raw.accept();
            assertThat(heard.awaitOpen()).isTrue();
            assertThat(connection.trySend(new Envelope<>(2, 0, 0, new Ping()))).isTrue();
            connection.close(CloseReason.stop("done"));
            assertThat(raw.read().opcode()).isEqualTo(RawSocket.BINARY);
            assertThat(raw.read().opcode()).isEqualTo(RawSocket.BINARY);
            RawSocket.Frame close = raw.read();
            assertThat(close.closeCode()).isEqualTo(1000);
            assertThat(heard.awaitClosed().next()).isEqualTo(Next.STOP);
            raw.awaitEnd();
        }
        assertThat(heard.closeCount()).isEqualTo(1);
    }

    @Test
    void messages_beforeAClose_waitForDemand() throws Exception {
        Connection<AgentMessage> connection = transport.open(Links.hello(), heard);
        byte[] ping =
                MessageCodec.encodeCenter(new Envelope<>(1, 0, 0, new Ping())).toByteArray();
        try (RawSocket raw = accept()) {
            raw.acceptHello();
            raw.send(true, RawSocket.BINARY, ping);
            raw.send(true, RawSocket.BINARY, ping);
            raw.send(true, RawSocket.CLOSE, new byte[] {0x03, (byte) 0xE8});
            assertThat(raw.readClose().closeCode()).isEqualTo(1000);
            connection.request(2);
            assertThat(heard.awaitMessage().payload()).isEqualTo(new Ping());
            assertThat(heard.awaitMessage().payload()).isEqualTo(new Ping());
            assertThat(heard.awaitClosed().next()).isEqualTo(Next.RECONNECT);
        }
    }

    private RawSocket accept() throws Exception {
        return RawSocket.of(server.accept());
    }
}
