package dev.outpost.benchmarks;

import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.agent.transport.websocket.WebSocketTransport;
import dev.outpost.agent.transport.websocket.WebSocketTransportServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

/**
 * How the two JVMs of a benchmark speak with each other: over loopback, with mutual TLS or in plain text.
 *
 * @param security with or without TLS
 * @param certificates where {@link #issue} has put the certificates
 * @param wire what carries the messages
 */
record Link(Security security, Path certificates, Wire wire) {

    /** Over gRPC. */
    Link(Security security, Path certificates) {
        this(security, certificates, Wire.GRPC);
    }

    /** The agent's id, which its certificate bears. */
    static final String AGENT = "agent";

    private static final String CENTER = "center";

    enum Security {
        PLAINTEXT,
        MTLS
    }

    /** What carries messages. */
    enum Wire {
        GRPC,
        WEBSOCKET,
        WEBSOCKET_JSON
    }

    /** For a child's command line, before the certificates. */
    String spec() {
        return security + ":" + wire;
    }

    /** The link that a child JVM was told of. */
    static Link of(String... arguments) {
        String[] spec = arguments[0].split(":", 2);
        return new Link(Security.valueOf(spec[0]), Path.of(arguments[1]), Wire.valueOf(spec[1]));
    }

    /** Makes the certificates for both ends. */
    static void issue(Path directory) throws IOException, InterruptedException {
        ThrowawayPki pki = ThrowawayPki.in(directory);
        pki.issue(AGENT, "dns:" + AGENT);
        pki.issue(CENTER, "dns:localhost,ip:127.0.0.1");
    }

    boolean secure() {
        return security == Security.MTLS;
    }

    /** Files of the agent's end. */
    Tls agentTls() {
        return tls(AGENT);
    }

    /** Files of the control center's end. */
    Tls centerTls() {
        return tls(CENTER);
    }

    private Tls tls(String name) {
        return Tls.mutual(
                certificates.resolve("authority.pem"),
                certificates.resolve(name + ".pem"),
                certificates.resolve(name + ".key"));
    }

    /** A free port of loopback. */
    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Outpost's way to the control center. */
    Transport transport(int port) {
        if (wire == Wire.GRPC) {
            GrpcTransport.Builder builder = GrpcTransport.to("127.0.0.1:" + port);
            return (secure() ? builder.tls(agentTls()) : builder.plaintext()).build();
        }
        WebSocketTransport.Builder builder =
                WebSocketTransport.to((secure() ? "wss" : "ws") + "://127.0.0.1:" + port + "/outpost");
        builder.subprotocols(wire == Wire.WEBSOCKET ? WebSocketTransport.Form.PROTO : WebSocketTransport.Form.JSON);
        return (secure() ? builder.tls(agentTls()) : builder.plaintext()).build();
    }

    /** A port at which nobody listens, for a control center that comes later. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The control center's endpoint, at a free port. */
    TransportServer endpoint() {
        return endpoint(0);
    }

    /** The control center's endpoint. */
    TransportServer endpoint(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (wire == Wire.GRPC) {
            GrpcTransportServer.Builder builder = GrpcTransportServer.on(address);
            return (secure() ? builder.tls(centerTls()) : builder.plaintext()).build();
        }
        WebSocketTransportServer.Builder builder = WebSocketTransportServer.on(address);
        return (secure() ? builder.tls(centerTls()) : builder.plaintext()).build();
    }
}
