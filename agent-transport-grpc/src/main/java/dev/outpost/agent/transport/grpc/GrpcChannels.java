package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.Tls;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NegotiationType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Channels, event loops and TLS contexts, with the settings that the project's transport study recommends. */
final class GrpcChannels {

    private static final int FLOW_CONTROL_WINDOW = 256 * 1024;
    private static final long END_MILLIS = 900;

    private GrpcChannels() {}

    /** Event loops on daemon threads named {@code outpost-<role>-<n>}. */
    static EventLoopGroup loops(int threads, String role) {
        AtomicInteger next = new AtomicInteger(1);
        ThreadFactory factory = body -> {
            Thread thread = new Thread(null, body, "outpost-" + role + "-" + next.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        };
        return new MultiThreadIoEventLoopGroup(threads, factory, NioIoHandler.newFactory());
    }

    /** Ends event loops; waits for them, but not long. An interrupt shortens that, and is kept. */
    static void end(EventLoopGroup loops) {
        Future<?> end = loops.shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS);
        try {
            end.await(END_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ManagedChannel client(
            String host,
            int port,
            @Nullable Tls tls,
            @Nullable String authority,
            int maxMessageBytes,
            EventLoopGroup loops)
            throws SSLException {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(host, port)
                .eventLoopGroup(loops)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .offloadExecutor(loops.next())
                .disableRetry()
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(maxMessageBytes);
        if (authority != null) {
            builder.overrideAuthority(authority);
        }
        if (tls == null) {
            builder.negotiationType(NegotiationType.PLAINTEXT);
        } else {
            builder.sslContext(clientContext(tls));
        }
        return builder.build();
    }

    private static SslContext clientContext(Tls tls) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (tls.trust() != null) {
            builder.trustManager(tls.trust().toFile());
        }
        if (tls.certificate() != null && tls.privateKey() != null) {
            builder.keyManager(tls.certificate().toFile(), tls.privateKey().toFile());
        }
        return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    }

    /** For a server; native TLS where it can be loaded, for it costs a third per handshake. */
    static SslContext serverContext(Tls tls) throws SSLException {
        if (tls.certificate() == null || tls.privateKey() == null) {
            throw new SSLException("a server needs a certificate and its key");
        }
        SslContextBuilder builder = SslContextBuilder.forServer(
                tls.certificate().toFile(), tls.privateKey().toFile());
        if (tls.trust() != null) {
            builder.trustManager(tls.trust().toFile()).clientAuth(ClientAuth.REQUIRE);
        }
        return GrpcSslContexts.configure(builder).build();
    }
}
