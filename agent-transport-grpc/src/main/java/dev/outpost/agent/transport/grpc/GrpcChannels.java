package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.TlsMaterial;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.ProxiedSocketAddress;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NegotiationType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Channels and event loops, with the settings that the project's transport study recommends. */
final class GrpcChannels {

    static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private static final int FLOW_CONTROL_WINDOW = 256 * 1024;
    private static final long END_MILLIS = 900;

    private GrpcChannels() {}

    /** Event loops on daemon threads named {@code outpost-<role>-<n>}. */
    static EventLoopGroup loops(int threads, String role) {
        return new MultiThreadIoEventLoopGroup(threads, threads(role), NioIoHandler.newFactory());
    }

    static ThreadFactory threads(String role) {
        AtomicInteger next = new AtomicInteger(1);
        return body -> {
            Thread thread = new Thread(null, body, "outpost-" + role + "-" + next.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        };
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

    /**
     * A channel for one connection.
     *
     * @param material null for plaintext
     * @param blocking where names are resolved, which may take as long as it likes
     */
    static ManagedChannel client(Dialling to, @Nullable TlsMaterial material, EventLoopGroup loops, Executor blocking)
            throws IOException, GeneralSecurityException {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(to.host(), to.port())
                .eventLoopGroup(loops)
                .channelType(NioSocketChannel.class)
                .directExecutor()
                .offloadExecutor(blocking)
                .disableRetry()
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(to.maxMessageBytes());
        if (to.authority() != null) {
            builder.overrideAuthority(to.authority());
        }
        InetSocketAddress proxy = to.proxy();
        if (proxy != null) {
            builder.proxyDetector(target -> through(proxy, target));
        }
        if (material == null) {
            builder.negotiationType(NegotiationType.PLAINTEXT);
        } else {
            builder.sslContext(clientContext(material));
        }
        return builder.build();
    }

    /** The proxy's name is looked up for every connection; that of the target is left to the proxy. */
    private static ProxiedSocketAddress through(InetSocketAddress proxy, SocketAddress target) throws IOException {
        InetSocketAddress resolved = new InetSocketAddress(proxy.getHostString(), proxy.getPort());
        if (resolved.isUnresolved()) {
            throw new UnknownHostException("the proxy " + proxy.getHostString());
        }
        return HttpConnectProxiedSocketAddress.newBuilder()
                .setTargetAddress((InetSocketAddress) target)
                .setProxyAddress(resolved)
                .build();
    }

    private static SslContext clientContext(TlsMaterial material) throws IOException, GeneralSecurityException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(material.trustManager())
                .keyManager(material.keyManager())
                .protocols(TLS_VERSIONS);
        return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    }
}
