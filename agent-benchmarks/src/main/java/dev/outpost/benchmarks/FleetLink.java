package dev.outpost.benchmarks;

import dev.outpost.agent.transport.Tls;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NegotiationType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connections of thousands of simulated agents: a channel and socket for each, two event loops and one native TLS context for
 * all, without which the load would be in what makes it and not in what is measured.
 */
final class FleetLink {

    /** The agents' method, its messages as bytes. */
    static final MethodDescriptor<byte[], byte[]> CONNECT = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(MethodDescriptor.generateFullMethodName("outpost.agent.v1.AgentService", "Connect"))
            .setRequestMarshaller(new RawMarshaller())
            .setResponseMarshaller(new RawMarshaller())
            .build();

    private static final int LOOPS = 2;

    private final int port;
    private final EventLoopGroup loops;
    private final @Nullable SslContext context;

    FleetLink(Link link, int port) throws SSLException {
        this.port = port;
        AtomicInteger next = new AtomicInteger();
        this.loops = new MultiThreadIoEventLoopGroup(
                LOOPS,
                body -> {
                    Thread thread = new Thread(body, "fleet-" + next.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                },
                NioIoHandler.newFactory());
        this.context = link.secure() ? context(link.agentTls()) : null;
    }

    private static SslContext context(Tls tls) throws SSLException {
        SslContext context = GrpcSslContexts.configure(SslContextBuilder.forClient()
                        .trustManager(Objects.requireNonNull(tls.trust()).toFile())
                        .keyManager(
                                Objects.requireNonNull(tls.certificate()).toFile(),
                                Objects.requireNonNull(tls.privateKey()).toFile()))
                .build();
        context.sessionContext().setSessionCacheSize(1); // every agent is another one: a full handshake each
        return context;
    }

    ManagedChannel channel() {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .eventLoopGroup(loops)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .offloadExecutor(loops.next())
                .flowControlWindow(65_535)
                .disableRetry();
        return context == null
                ? builder.negotiationType(NegotiationType.PLAINTEXT).build()
                : builder.sslContext(context).build();
    }
}
