package dev.outpost.center;

import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import java.net.InetSocketAddress;

/** Faults of the network under gRPC. */
class GrpcLinkFaultsTest extends LinkFaultsTest {

    @Override
    Wires wires() {
        return new Wires() {
            @Override
            public TransportServer server(InetSocketAddress address) {
                return GrpcTransportServer.on(address).plaintext().build();
            }

            @Override
            public Transport transport(InetSocketAddress address) {
                return GrpcTransport.to(address.getHostString() + ":" + address.getPort())
                        .plaintext()
                        .build();
            }
        };
    }
}
