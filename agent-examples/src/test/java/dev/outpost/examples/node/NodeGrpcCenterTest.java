package dev.outpost.examples.node;

import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.grpc.GrpcTransport;

/** Over gRPC. */
class NodeGrpcCenterTest extends NodeCenterTest {

    @Override
    String script() {
        return "grpc-center.mjs";
    }

    @Override
    Transport transport(int port) {
        return GrpcTransport.to("127.0.0.1:" + port).plaintext().build();
    }
}
