package dev.outpost.center;

import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.agent.transport.websocket.WebSocketTransport;
import dev.outpost.agent.transport.websocket.WebSocketTransportServer;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * What a connection is made of.
 *
 * @param servers makes a server at an address, open to all
 * @param transports makes what leads there
 */
record Wires(Function<InetSocketAddress, TransportServer> servers, Function<InetSocketAddress, Transport> transports) {

    /** gRPC without TLS. */
    static final Wires GRPC = new Wires(
            address -> GrpcTransportServer.on(address).plaintext().build(),
            address -> GrpcTransport.to(address.getHostString() + ":" + address.getPort())
                    .plaintext()
                    .build());

    /** WebSocket without TLS, in protobuf. */
    static final Wires WEBSOCKET = webSocket(WebSocketTransport.Form.PROTO);

    /** WebSocket without TLS, in JSON. */
    static final Wires WEBSOCKET_JSON = webSocket(WebSocketTransport.Form.JSON);

    private static Wires webSocket(WebSocketTransport.Form form) {
        return new Wires(
                address -> WebSocketTransportServer.on(address).plaintext().build(),
                address -> WebSocketTransport.to(
                                "ws://" + address.getHostString() + ":" + address.getPort() + "/outpost")
                        .subprotocols(form)
                        .plaintext()
                        .build());
    }

    TransportServer server(InetSocketAddress address) {
        return servers.apply(address);
    }

    Transport transport(InetSocketAddress address) {
        return transports.apply(address);
    }
}
