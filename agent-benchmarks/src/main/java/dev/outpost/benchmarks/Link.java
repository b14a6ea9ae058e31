package dev.outpost.benchmarks;

import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
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
 */
record Link(Security security, Path certificates) {

    /** The agent's id, which its certificate bears. */
    static final String AGENT = "agent";

    private static final String CENTER = "center";

    enum Security {
        PLAINTEXT,
        MTLS
    }

    /** The link that a child JVM was told of. */
    static Link of(String... arguments) {
        return new Link(Security.valueOf(arguments[0]), Path.of(arguments[1]));
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
    GrpcTransport transport(int port) {
        GrpcTransport.Builder builder = GrpcTransport.to("127.0.0.1:" + port);
        return (secure() ? builder.tls(agentTls()) : builder.plaintext()).build();
    }

    /** A port at which nobody listens, for a control center that comes later. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The control center's endpoint, at a free port. */
    GrpcTransportServer endpoint() {
        return endpoint(0);
    }

    /** The control center's endpoint. */
    GrpcTransportServer endpoint(int port) {
        GrpcTransportServer.Builder builder =
                GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return (secure() ? builder.tls(centerTls()) : builder.plaintext()).build();
    }
}
