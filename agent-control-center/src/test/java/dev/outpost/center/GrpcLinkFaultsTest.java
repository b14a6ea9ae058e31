package dev.outpost.center;

/** Faults of the network under gRPC. */
class GrpcLinkFaultsTest extends LinkFaultsTest {

    @Override
    Wires wires() {
        return Wires.GRPC;
    }
}
