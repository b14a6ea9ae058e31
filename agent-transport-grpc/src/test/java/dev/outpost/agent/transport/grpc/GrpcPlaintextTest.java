package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.testkit.TransportContractTest;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;

class GrpcPlaintextTest extends TransportContractTest {

    @Override
    protected TransportServer newServer() {
        return GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .plaintext()
                .build();
    }

    @Override
    protected Transport newTransport(TransportServer server) {
        return GrpcTransport.to("127.0.0.1:" + server.port()).plaintext().build();
    }
}
