package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** What the directed tests begin with. */
final class Links {

    static final String PROTO = "Sec-WebSocket-Protocol: outpost.v1.proto";
    static final String JSON = "Sec-WebSocket-Protocol: outpost.v1.json";

    private Links() {}

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    static WebSocketTransport.Builder plaintextTo(int port) {
        return WebSocketTransport.to("ws://localhost:" + port + "/outpost").plaintext();
    }

    static Envelope<Hello> hello() {
        return new Envelope<>(1, 0, 5, new Hello(1, "a-1", "i", "v", Map.of(), List.of(), List.of()));
    }
}
