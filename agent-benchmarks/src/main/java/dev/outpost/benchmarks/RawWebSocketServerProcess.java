package dev.outpost.benchmarks;

import dev.outpost.agent.transport.TlsMaterial;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** Answers every message with its first bytes, over Jetty's WebSocket and nothing else. */
final class RawWebSocketServerProcess {

    private static final int LONGEST_ANSWER = 60;
    private static final int MOST_BYTES = 4 << 20;

    private RawWebSocketServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        Link link = Link.of(arguments);
        Server server = new Server();
        HttpConnectionFactory http = new HttpConnectionFactory();
        ServerConnector connector;
        if (link.secure()) {
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setSslContext(TlsMaterial.load(link.centerTls()).context());
            tls.setNeedClientAuth(true);
            connector =
                    new ServerConnector(server, new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString()), http);
        } else {
            connector = new ServerConnector(server, http);
        }
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(WebSocketUpgradeHandler.from(server, container -> {
            container.setMaxBinaryMessageSize(MOST_BYTES);
            container.addMapping("/raw", (request, response, callback) -> new Echo());
        }));
        server.start();
        Parent.tell("port", connector.getLocalPort());
        Parent.awaitEnd();
        server.stop();
    }

    /** Jetty makes one of it for every connection. */
    public static final class Echo extends Session.Listener.AbstractAutoDemanding {

        @Override
        public void onWebSocketBinary(ByteBuffer message, Callback callback) {
            byte[] answer = new byte[Math.min(LONGEST_ANSWER, message.remaining())];
            message.get(answer);
            callback.succeed();
            getSession().sendBinary(ByteBuffer.wrap(Arrays.copyOf(answer, answer.length)), Callback.NOOP);
        }
    }
}
