/** Transport over WebSocket, JSON or binary, and its server side, whose libraries an agent does not need. */
module dev.outpost.agent.transport.websocket {
    requires transitive dev.outpost.agent;
    requires java.net.http;
    requires com.fasterxml.jackson.core;
    requires org.slf4j;
    requires static org.eclipse.jetty.server;
    requires static org.eclipse.jetty.websocket.api;
    requires static org.eclipse.jetty.websocket.server;
    requires static org.jspecify;

    exports dev.outpost.agent.transport.websocket;
}
