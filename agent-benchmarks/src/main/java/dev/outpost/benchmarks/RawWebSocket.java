package dev.outpost.benchmarks;

import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.security.GeneralSecurityException;

/** The JDK's WebSocket without Outpost. */
final class RawWebSocket {

    private RawWebSocket() {}

    static WebSocket connect(Link link, int port, WebSocket.Listener listener)
            throws IOException, GeneralSecurityException {
        HttpClient.Builder builder = HttpClient.newBuilder();
        if (link.secure()) {
            builder.sslContext(TlsMaterial.load(link.agentTls()).context());
        }
        return builder.build()
                .newWebSocketBuilder()
                .buildAsync(URI.create((link.secure() ? "wss" : "ws") + "://127.0.0.1:" + port + "/raw"), listener)
                .join();
    }
}
