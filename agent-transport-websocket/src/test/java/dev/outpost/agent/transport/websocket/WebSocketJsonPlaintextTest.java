package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.testkit.TransportContractTest;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;

class WebSocketJsonPlaintextTest extends TransportContractTest {

    @Override
    protected TransportServer newServer() {
        return WebSocketTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .plaintext()
                .build();
    }

    @Override
    protected Transport newTransport(TransportServer server) {
        return WebSocketTransport.to("ws://localhost:" + server.port() + "/outpost")
                .plaintext()
                .subprotocols(WebSocketTransport.Form.JSON)
                .build();
    }
}
