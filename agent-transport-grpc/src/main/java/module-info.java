/** Transport over one gRPC bidirectional stream, and its server side. */
@SuppressWarnings("requires-automatic") // gRPC has no module descriptors
module dev.outpost.agent.transport.grpc {
    requires transitive dev.outpost.agent;
    requires io.grpc;
    requires io.grpc.netty.shaded;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.outpost.agent.transport.grpc;
}
