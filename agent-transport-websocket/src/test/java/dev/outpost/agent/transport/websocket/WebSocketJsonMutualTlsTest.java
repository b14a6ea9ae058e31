package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.testkit.TransportContractTest;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class WebSocketJsonMutualTlsTest extends TransportContractTest {

    @TempDir
    private static Path directory;

    private static Tls serverTls;
    private static Tls agentTls;

    @BeforeAll
    static void makeKeys() throws Exception {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        serverTls = pki.issue("center", "dns:localhost,ip:127.0.0.1");
        agentTls = pki.issue("agent", "dns:agent");
    }

    @Override
    protected TransportServer newServer() {
        return WebSocketTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .tls(serverTls)
                .build();
    }

    @Override
    protected Transport newTransport(TransportServer server) {
        return WebSocketTransport.to("wss://localhost:" + server.port() + "/outpost")
                .tls(agentTls)
                .subprotocols(WebSocketTransport.Form.JSON)
                .build();
    }
}
