/** The other end as a library: agent registry, dispatch, telemetry intake. */
module dev.outpost.center {
    requires transitive dev.outpost.agent;
    requires transitive dev.outpost.agent.transport.grpc;
    requires transitive dev.outpost.agent.transport.websocket;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.websocket.server;
    requires java.naming;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.outpost.center;
    exports dev.outpost.center.store;
}
