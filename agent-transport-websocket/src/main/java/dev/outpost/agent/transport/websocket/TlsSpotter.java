package dev.outpost.agent.transport.websocket;

import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConnectionFactory;

/** On a port in plaintext: tells the door of peers that speak TLS. What they are answered is HTTP's own, a text that no TLS begins with. */
final class TlsSpotter extends AbstractConnectionFactory implements ConnectionFactory.Detecting {

    /** The first byte of TLS, and not of HTTP. */
    private static final byte HANDSHAKE = 22;

    private final HttpConnectionFactory http;
    private final Door door;

    TlsSpotter(HttpConnectionFactory http, Door door) {
        super("tls-spotter");
        this.http = http;
        this.door = door;
    }

    @Override
    public Detection detect(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return Detection.NEED_MORE_BYTES;
        }
        return bytes.get(bytes.position()) == HANDSHAKE ? Detection.RECOGNIZED : Detection.NOT_RECOGNIZED;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        door.spokeTls(endPoint);
        return http.newConnection(connector, endPoint);
    }
}
