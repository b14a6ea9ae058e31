package dev.outpost.benchmarks;

import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.center.Authenticator;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.ControlCenterBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A control center for agents that share one certificate; tells what it needed when it ends. */
final class FleetCenterProcess {

    private FleetCenterProcess() {}

    /** Security, certificates, port; how many agents it lets in per second, or 0 for its default; whether to watch handshakes, if so. */
    public static void main(String[] arguments) throws Exception {
        MemoryWatch memory = MemoryWatch.start();
        Link link = Link.of(arguments);
        int perSecond = Integer.parseInt(arguments[3]);
        int port = Integer.parseInt(arguments[2]);
        ControlCenterBuilder builder = ControlCenter.builder().authenticator(Authenticator.everybody());
        if (perSecond > 0) {
            builder.admitPerSecond(perSecond);
            builder.endpoint(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .tls(link.centerTls())
                    .handshakesPerSecond(perSecond)
                    .build());
        } else {
            builder.endpoint(link.endpoint(port));
        }
        try (ControlCenter center = builder.build()) {
            center.start();
            HandshakeWatch handshakes = arguments.length > 4 ? HandshakeWatch.start(center) : null;
            Parent.tell("port", center.port());
            Parent.awaitEnd();
            System.gc();
            Figures figures = memory.into(new Figures());
            Parent.tell("figures", handshakes == null ? figures : handshakes.into(figures));
        }
    }
}
