package dev.outpost.benchmarks;

import dev.outpost.agent.transport.Tls;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NegotiationType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.Objects;
import javax.net.ssl.SSLException;

/**
 * gRPC without Outpost: a bidirectional and a unary method whose messages are bytes. TLS providers, executors and windows are those of
 * Outpost's own transport, so that what is compared is what Outpost adds.
 */
final class RawGrpc {

    /** Bytes that may wait in gRPC; as Outpost's transport has it. */
    static final int READY_THRESHOLD = 256 * 1024;

    private static final int FLOW_CONTROL_WINDOW = 256 * 1024;

    static final MethodDescriptor<byte[], byte[]> EXCHANGE = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(MethodDescriptor.generateFullMethodName("raw.Raw", "Exchange"))
            .setRequestMarshaller(new RawMarshaller())
            .setResponseMarshaller(new RawMarshaller())
            .build();

    static final MethodDescriptor<byte[], byte[]> CALL = EXCHANGE.toBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName("raw.Raw", "Call"))
            .build();

    private RawGrpc() {}

    static ManagedChannel channel(Link link, int port) throws SSLException {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .directExecutor()
                .disableRetry()
                .flowControlWindow(FLOW_CONTROL_WINDOW);
        if (!link.secure()) {
            return builder.negotiationType(NegotiationType.PLAINTEXT).build();
        }
        Tls tls = link.agentTls();
        SslContextBuilder context = SslContextBuilder.forClient()
                .trustManager(Objects.requireNonNull(tls.trust()).toFile())
                .keyManager(
                        Objects.requireNonNull(tls.certificate()).toFile(),
                        Objects.requireNonNull(tls.privateKey()).toFile());
        return builder.sslContext(
                        GrpcSslContexts.configure(context, SslProvider.JDK).build())
                .build();
    }

    static Server server(Link link, ServerCallHandler<byte[], byte[]> handler) throws IOException {
        return server(link, EXCHANGE, handler);
    }

    /** A server with one method. */
    static Server server(Link link, MethodDescriptor<byte[], byte[]> method, ServerCallHandler<byte[], byte[]> handler)
            throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(Link.anyPort())
                .directExecutor()
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .addService(ServerServiceDefinition.builder(Objects.requireNonNull(method.getServiceName()))
                        .addMethod(method, handler)
                        .build());
        if (link.secure()) {
            Tls tls = link.centerTls();
            SslContextBuilder context = SslContextBuilder.forServer(
                            Objects.requireNonNull(tls.certificate()).toFile(),
                            Objects.requireNonNull(tls.privateKey()).toFile())
                    .trustManager(Objects.requireNonNull(tls.trust()).toFile())
                    .clientAuth(ClientAuth.REQUIRE);
            builder.sslContext(GrpcSslContexts.configure(context).build());
        }
        return builder.build().start();
    }
}
