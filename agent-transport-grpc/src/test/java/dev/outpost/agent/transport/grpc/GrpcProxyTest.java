package dev.outpost.agent.transport.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Through an HTTP proxy. */
@Timeout(60)
class GrpcProxyTest {

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    @Test
    void open_throughProxy_connectsWithTlsToTheTargetsName(@TempDir Path directory) throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        LinkAcceptor acceptor = new LinkAcceptor();
        GrpcTransportServer server = GrpcTransportServer.on(ANY_PORT)
                .tls(pki.issue("center", "dns:center.invalid"))
                .build();
        try (server) {
            server.start(acceptor);
            try (RawServer proxy = RawServer.that(socket -> tunnel(socket, server.port()));
                    GrpcTransport transport = GrpcTransport.to("center.invalid:443")
                            .tls(pki.issue("agent", "dns:agent"))
                            .proxy(InetSocketAddress.createUnresolved("localhost", proxy.port()))
                            .build()) {
                transport.open(RawCall.helloEnvelope(), new LinkRecorder<>());
                assertThat(acceptor.await().heard().awaitPayload()).isInstanceOf(Hello.class);
                assertThat(requests.take()).isEqualTo("CONNECT center.invalid:443 HTTP/1.1");
            }
        }
    }

    @Test
    void open_proxyRefuses_saysSo() throws Exception {
        try (RawServer proxy = RawServer.that(socket -> {
                    readRequest(socket);
                    socket.getOutputStream()
                            .write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                                    .getBytes(US_ASCII));
                });
                GrpcTransport transport = through(new InetSocketAddress("localhost", proxy.port()))) {
            CloseReason reason = outcomeOf(transport);
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.UNREACHABLE);
            assertThat(reason.next()).isEqualTo(Next.RETRY_WITH_BACKOFF);
            assertThat(reason.detail()).contains("407");
        }
    }

    @Test
    void open_proxyIsUnknown_saysSo() throws Exception {
        try (GrpcTransport transport = through(InetSocketAddress.createUnresolved("no-such-proxy.invalid", 3128))) {
            CloseReason reason = outcomeOf(transport);
            assertThat(reason.fault()).as(reason.toString()).isEqualTo(Fault.UNREACHABLE);
            assertThat(reason.detail()).contains("no-such-proxy.invalid");
        }
    }

    private static GrpcTransport through(InetSocketAddress proxy) {
        return GrpcTransport.to("center.invalid:443")
                .tls(Tls.systemTrust())
                .proxy(proxy)
                .build();
    }

    private static CloseReason outcomeOf(GrpcTransport transport) throws Exception {
        LinkRecorder<CenterMessage> heard = new LinkRecorder<>();
        transport.open(RawCall.helloEnvelope(), heard);
        return heard.awaitClosed();
    }

    private void tunnel(Socket agent, int port) throws IOException {
        requests.add(readRequest(agent));
        Socket center = new Socket(InetAddress.getLoopbackAddress(), port);
        agent.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
        pump(agent, center);
        pump(center, agent);
    }

    private static void pump(Socket from, Socket to) {
        Thread thread = new Thread(() -> {
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
            } catch (IOException e) {
                // one of the two has gone
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** The first line of a request; what follows is read and forgotten. */
    private static String readRequest(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (text.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("a request without an end: " + text);
            }
            text.append((char) next);
        }
        return text.substring(0, text.indexOf("\r\n"));
    }
}
