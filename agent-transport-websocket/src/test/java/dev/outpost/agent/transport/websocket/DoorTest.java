package dev.outpost.agent.transport.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that do not say who they are. */
@Timeout(60)
class DoorTest {

    private final LinkAcceptor acceptor = new LinkAcceptor();
    private WebSocketTransportServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void connection_thatIsSilentOrTrickles_isCutAtEveryStage() throws Exception {
        start(WebSocketTransportServer.on(Links.anyPort()).plaintext(), Duration.ofMillis(300), 10);
        try (RawSocket silent = RawSocket.to(server.port());
                RawSocket halfHandshake = RawSocket.to(server.port());
                RawSocket noHello = RawSocket.to(server.port());
                RawSocket halfHello = RawSocket.to(server.port())) {
            halfHandshake.write("GET /outpost HTTP/1.1\r\nHost: x\r\n".getBytes(US_ASCII));
            noHello.upgrade("/outpost", Links.PROTO);
            halfHello.upgrade("/outpost", Links.PROTO);
            halfHello.send(false, RawSocket.BINARY, new byte[10]);
            silent.awaitEnd();
            halfHandshake.awaitEnd();
            noHello.awaitEnd();
            halfHello.awaitEnd();
            acceptor.await().heard().awaitClosed();
            acceptor.await().heard().awaitClosed();
        }
    }

    @Test
    void connections_withoutHello_areNoMoreThanAllowed() throws Exception {
        start(WebSocketTransportServer.on(Links.anyPort()).plaintext(), Duration.ofMinutes(5), 1);
        try (RawSocket first = RawSocket.to(server.port())) {
            assertThat(first.upgrade("/outpost", Links.JSON)).startsWith("HTTP/1.1 101 ");
            try (RawSocket second = RawSocket.to(server.port())) {
                second.awaitEnd();
            }
            first.send(true, RawSocket.TEXT, "{\"type\":\"ping\"}".getBytes(US_ASCII));
            assertThat(acceptor.await().heard().awaitMessage().payload()).isEqualTo(new Ping());
            try (RawSocket third = RawSocket.to(server.port())) {
                assertThat(third.upgrade("/outpost", Links.JSON)).startsWith("HTTP/1.1 101 ");
            }
        }
    }

    @Test
    void connections_moreThanAllowedPerSecond_areClosedAndCounted() throws Exception {
        start(
                WebSocketTransportServer.on(Links.anyPort()).plaintext().handshakesPerSecond(1),
                Duration.ofMinutes(5),
                100);
        List<RawSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                sockets.add(RawSocket.to(server.port()));
            }
            int refused = 0; // one may come at once, and another each second
            for (RawSocket socket : sockets) {
                refused += isRefused(socket) ? 1 : 0;
            }
            assertThat(refused).isBetween(1, 4);
            assertThat(server.counters())
                    .containsEntry("connections.accepted", 5L - refused)
                    .containsEntry("connections.refused{TOTAL_LIMIT}", (long) refused);
        } finally {
            for (RawSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static boolean isRefused(RawSocket socket) {
        try {
            assertThat(socket.upgrade("/outpost", Links.JSON)).startsWith("HTTP/1.1 101 ");
            return false;
        } catch (IOException e) {
            return true; // it was closed
        }
    }

    @Test
    void handshake_thatFails_isCountedByItsFault(@TempDir Path directory) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(Files.createDirectory(directory.resolve("ours")));
        ThrowawayPki others = ThrowawayPki.in(Files.createDirectory(directory.resolve("others")));
        start(
                WebSocketTransportServer.on(Links.anyPort()).tls(pki.issue("center", "dns:localhost")),
                Duration.ofMinutes(5),
                100);
        Tls stranger = others.issue("agent", "dns:agent");
        try (WebSocketTransport transport = WebSocketTransport.to("wss://localhost:" + server.port() + "/outpost")
                .tls(Tls.mutual(pki.trust(), stranger.certificate(), stranger.privateKey()))
                .build()) {
            LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
            transport.open(Links.hello(), heard);
            assertThat(heard.awaitClosed().fault()).isEqualTo(CloseReason.Fault.TLS_REJECTED);
            assertThat(server.counters()).containsKey("handshakes.failed{TLS_UNTRUSTED}");
        }
    }

    /** Under TLS the deadline is on the socket below; a hello must find it there. */
    @Test
    void connection_withHelloOverTls_makesRoomForTheNext(@TempDir Path directory) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        Tls center = pki.issue("center", "dns:localhost");
        start(WebSocketTransportServer.on(Links.anyPort()).tls(center), Duration.ofMinutes(5), 1);
        try (WebSocketTransport transport = WebSocketTransport.to("wss://localhost:" + server.port() + "/outpost")
                .tls(center)
                .build()) {
            for (int i = 0; i < 3; i++) {
                LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
                transport.open(Links.hello(), heard);
                assertThat(heard.awaitOpen()).isTrue();
                assertThat(acceptor.await().heard().awaitMessage().payload()).isInstanceOf(Hello.class);
            }
        }
    }

    private void start(WebSocketTransportServer.Builder builder, Duration patience, int most) throws Exception {
        server = builder.withoutHello(patience, most).build();
        server.start(acceptor);
    }
}
