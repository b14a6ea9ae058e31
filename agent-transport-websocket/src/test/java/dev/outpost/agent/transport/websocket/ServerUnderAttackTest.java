package dev.outpost.agent.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Goodbye;
import dev.outpost.agent.protocol.InvalidPayload;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.UnknownPayload;
import dev.outpost.agent.transport.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server against clients that are not ours. */
@Timeout(60)
class ServerUnderAttackTest {

    private static final int LIMIT = 64 * 1024;

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private WebSocketTransportServer server;

    @BeforeEach
    void start() throws Exception {
        server = WebSocketTransportServer.on(Links.anyPort())
                .plaintext()
                .maxMessageBytes(LIMIT)
                .build();
        server.start(acceptor);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void message_inManyFragmentsWithPingsBetween_isPutTogether() throws Exception {
        try (RawSocket client = RawSocket.to(server.port())) {
            assertThat(client.upgrade("/outpost", Links.JSON)).startsWith("HTTP/1.1 101 ");
            byte[] message = "{\"id\":\"7\",\"type\":\"goodbye\",\"payload\":{\"reason\":\"ü€😀\"}}"
                    .getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < message.length; i++) {
                client.send(
                        i == message.length - 1, i == 0 ? RawSocket.TEXT : 0, Arrays.copyOfRange(message, i, i + 1));
                client.send(true, RawSocket.PING, new byte[] {(byte) i});
                RawSocket.Frame pong = client.read();
                assertThat(pong.opcode()).isEqualTo(RawSocket.PONG);
                assertThat(pong.payload()).containsExactly(i);
            }
            assertThat(acceptor.await().heard().awaitMessage()).isEqualTo(new Envelope<>(7, 0, 0, new Goodbye("ü€😀")));
        }
    }

    @Test
    void json_withUnknownOrSenselessContent_keepsTheLink() throws Exception {
        try (RawSocket client = RawSocket.to(server.port())) {
            client.upgrade("/outpost", Links.JSON);
            client.send(true, RawSocket.TEXT, bytes("{\"id\":1,\"type\":\"fromTheFuture\",\"payload\":{}}"));
            client.send(true, RawSocket.TEXT, bytes("{\"id\":2,\"type\":\"streamOpen\",\"payload\":{}}"));
            client.send(true, RawSocket.TEXT, bytes("{\"id\":3,\"type\":\"ping\"}"));
            LinkRecorder<?> heard = acceptor.await().heard();
            assertThat(heard.awaitMessage().payload()).isInstanceOf(UnknownPayload.class);
            assertThat(heard.awaitMessage().payload()).isInstanceOf(InvalidPayload.class);
            assertThat(heard.awaitMessage().payload()).isEqualTo(new Ping());
        }
    }

    @Test
    void json_thatIsNone_closesWithProtocolError() throws Exception {
        endsWith(Links.JSON, RawSocket.TEXT, bytes("{\"id\":"), CloseCodes.PROTOCOL_ERROR);
    }

    @Test
    void proto_thatIsNone_closesWithProtocolError() throws Exception {
        endsWith(Links.PROTO, RawSocket.BINARY, new byte[] {(byte) 0xFF, 1, 2, 3}, CloseCodes.PROTOCOL_ERROR);
    }

    @Test
    void text_whereAllIsBinary_closesWithProtocolError() throws Exception {
        endsWith(Links.PROTO, RawSocket.TEXT, bytes("{\"id\":1,\"type\":\"ping\"}"), CloseCodes.PROTOCOL_ERROR);
    }

    @Test
    void text_thatIsNotUtf8_closesAsNotConsistent() throws Exception {
        endsWith(Links.JSON, RawSocket.TEXT, new byte[] {'"', (byte) 0xC3, '"'}, CloseCodes.NOT_CONSISTENT);
    }

    @Test
    void message_ofTheLimit_isTakenAndOneByteMoreClosesAsTooBig() throws Exception {
        byte[] largest = MessageCodec.encodeAgent(new Envelope<>(1, 0, 5, new Goodbye("x".repeat(LIMIT - 20))))
                .toByteArray();
        assertThat(largest).hasSize(LIMIT);
        try (RawSocket client = RawSocket.to(server.port())) {
            client.upgrade("/outpost", Links.PROTO);
            client.send(true, RawSocket.BINARY, largest);
            LinkRecorder<?> heard = acceptor.await().heard();
            assertThat(heard.awaitMessage().payload()).isInstanceOf(Goodbye.class);
            client.send(false, RawSocket.BINARY, largest);
            client.send(true, 0, new byte[1]);
            assertThat(client.readClose().closeCode()).isEqualTo(CloseCodes.TOO_BIG);
            assertThat(heard.awaitClosed().fault()).isEqualTo(CloseReason.Fault.PROTOCOL);
        }
    }

    @Test
    void frame_announcedAsEnormous_endsTheLinkAtOnce() throws Exception {
        try (RawSocket client = RawSocket.to(server.port())) {
            client.upgrade("/outpost", Links.PROTO);
            client.send(true, RawSocket.BINARY, new byte[LIMIT + 1], Long.MAX_VALUE);
            acceptor.await().heard().awaitClosed();
            client.awaitEnd();
        }
    }

    @Test
    void garbage_insteadOfFrames_endsOnlyThatLink() throws Exception {
        try (RawSocket client = RawSocket.to(server.port());
                RawSocket other = RawSocket.to(server.port())) {
            other.upgrade("/outpost", Links.JSON);
            LinkRecorder<?> heardOfOther = acceptor.await().heard();
            client.upgrade("/outpost", Links.PROTO);
            byte[] garbage = new byte[1_000];
            Arrays.fill(garbage, (byte) 0x7E);
            client.write(garbage);
            acceptor.await().heard().awaitClosed();
            client.awaitEnd();
            other.send(true, RawSocket.TEXT, bytes("{\"type\":\"ping\"}"));
            assertThat(heardOfOther.awaitMessage().payload()).isEqualTo(new Ping());
        }
    }

    @Test
    void connection_cutWithoutClose_isReportedOnceAsLost() throws Exception {
        LinkRecorder<?> heard;
        try (RawSocket client = RawSocket.to(server.port())) {
            client.upgrade("/outpost", Links.PROTO);
            heard = acceptor.await().heard();
        }
        assertThat(heard.awaitClosed().fault()).isEqualTo(CloseReason.Fault.LOST);
        assertThat(heard.closeCount()).isEqualTo(1);
    }

    @Test
    void acceptor_thatThrows_endsOnlyItsLink() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        try (WebSocketTransportServer other =
                WebSocketTransportServer.on(Links.anyPort()).plaintext().build()) {
            other.start((connection, peer) -> {
                if (first.getAndSet(false)) {
                    throw new IllegalStateException("broken on purpose");
                }
                return acceptor.onConnection(connection, peer);
            });
            try (RawSocket client = RawSocket.to(other.port());
                    RawSocket next = RawSocket.to(other.port())) {
                client.upgrade("/outpost", Links.JSON);
                assertThat(client.readClose().closeCode()).isEqualTo(CloseCodes.INTERNAL_ERROR);
                next.upgrade("/outpost", Links.JSON);
                next.send(true, RawSocket.TEXT, bytes("{\"type\":\"ping\"}"));
                assertThat(acceptor.await().heard().awaitMessage().payload()).isEqualTo(new Ping());
            }
        }
    }

    @Test
    void handshake_withoutSubprotocolOfOurs_isRefused() throws Exception {
        assertThat(answer("/outpost", "Sec-WebSocket-Protocol: chat")).startsWith("HTTP/1.1 400 ");
        assertThat(answer("/outpost")).startsWith("HTTP/1.1 400 ");
        assertThat(acceptor.waiting()).isZero();
    }

    @Test
    void handshake_offeringBoth_getsTheFirstAndNoExtension() throws Exception {
        String head = answer(
                "/outpost",
                "Sec-WebSocket-Protocol: chat, outpost.v1.json, outpost.v1.proto",
                "Sec-WebSocket-Extensions: permessage-deflate");
        assertThat(head).startsWith("HTTP/1.1 101 ");
        assertThat(RawSocket.header(head, "Sec-WebSocket-Protocol")).isEqualTo("outpost.v1.json");
        assertThat(RawSocket.header(head, "Sec-WebSocket-Extensions")).isEmpty();
    }

    @Test
    void request_thatIsNoHandshake_isToldWhatIsExpected() throws Exception {
        assertThat(get("/outpost")).startsWith("HTTP/1.1 426 ").containsIgnoringCase("Upgrade: websocket");
        assertThat(get("/")).startsWith("HTTP/1.1 404 ");
        assertThat(answer("/elsewhere", Links.PROTO)).startsWith("HTTP/1.1 404 ");
    }

    private void endsWith(String protocol, int opcode, byte[] message, int code) throws Exception {
        try (RawSocket client = RawSocket.to(server.port())) {
            client.upgrade("/outpost", protocol);
            client.send(true, opcode, message);
            assertThat(client.readClose().closeCode()).isEqualTo(code);
            acceptor.await().heard().awaitClosed();
        }
    }

    private String answer(String path, String... headers) throws Exception {
        try (RawSocket client = RawSocket.to(server.port())) {
            return client.upgrade(path, headers);
        }
    }

    private String get(String path) throws Exception {
        try (RawSocket client = RawSocket.to(server.port())) {
            client.write(bytes("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            return client.readHead();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
