package dev.outpost.center;

import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.Transport;
import dev.outpost.agent.transport.TransportServer;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.agent.transport.websocket.WebSocketTransport;
import dev.outpost.agent.transport.websocket.WebSocketTransportServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** What a connection with mutual TLS is made of. */
enum SecureWire {
    GRPC {
        @Override
        TransportServer server(InetSocketAddress address, Tls tls) {
            return GrpcTransportServer.on(address).tls(tls).build();
        }

        @Override
        void reload(TransportServer server) throws IOException {
            ((GrpcTransportServer) server).reload();
        }

        @Override
        Transport transport(int port, Tls tls) {
            return GrpcTransport.to("localhost:" + port).tls(tls).build();
        }
    },
    WEBSOCKET {
        @Override
        TransportServer server(InetSocketAddress address, Tls tls) {
            return WebSocketTransportServer.on(address).tls(tls).build();
        }

        @Override
        void reload(TransportServer server) throws IOException {
            ((WebSocketTransportServer) server).reload();
        }

        @Override
        Transport transport(int port, Tls tls) {
            return WebSocketTransport.to("wss://localhost:" + port + "/outpost")
                    .tls(tls)
                    .build();
        }
    };

    abstract TransportServer server(InetSocketAddress address, Tls tls);

    /** Lets a server read its files now. */
    abstract void reload(TransportServer server) throws IOException;

    abstract Transport transport(int port, Tls tls);
}
