package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TransportServer;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server side of the gRPC transport.
 *
 * <p>Callbacks run on the event loops ({@code outpost-center-io-<n>}), so acceptors and listeners must only enqueue. Memory
 * per connection that is not read is bounded by the flow-control window, 256 KiB.
 */
public final class GrpcTransportServer implements TransportServer {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.grpc");
    private static final int FLOW_CONTROL_WINDOW = 256 * 1024;
    private static final int END_MILLIS = 900;

    private final InetSocketAddress address;
    private final @Nullable Tls tls;
    private final int maxMessageBytes;
    private final int threads;
    private final Set<GrpcServerConnection> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable Server server;
    private @Nullable EventLoopGroup accepting;
    private @Nullable EventLoopGroup serving;

    private GrpcTransportServer(Builder builder) {
        this.address = builder.address;
        this.tls = builder.tls;
        this.maxMessageBytes = builder.maxMessageBytes;
        this.threads = builder.threads;
    }

    /** A builder for a server on {@code address}; port 0 takes a free one. */
    public static Builder on(InetSocketAddress address) {
        return new Builder(address);
    }

    @Override
    public void start(Acceptor acceptor) throws IOException {
        synchronized (lock) {
            if (server != null) {
                throw new IllegalStateException("the server is started already");
            }
            server = listen(acceptor);
        }
    }

    private Server listen(Acceptor acceptor) throws IOException {
        EventLoopGroup boss = GrpcChannels.loops(1, "center-accept");
        EventLoopGroup workers = GrpcChannels.loops(threads, "center-io");
        accepting = boss;
        serving = workers;
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .bossEventLoopGroup(boss)
                .workerEventLoopGroup(workers)
                .channelType(NioServerSocketChannel.class)
                .directExecutor()
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(maxMessageBytes)
                .maxConcurrentCallsPerConnection(8)
                .maxRstFramesPerWindow(200, 30)
                .handshakeTimeout(20, TimeUnit.SECONDS)
                .permitKeepAliveTime(15, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(2, TimeUnit.MINUTES)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .addService(ServerServiceDefinition.builder(AgentService.SERVICE)
                        .addMethod(
                                AgentService.SERVER_CONNECT,
                                (call, headers) -> GrpcServerConnection.accept(call, headers, acceptor, open))
                        .build());
        try {
            if (tls != null) {
                builder.sslContext(GrpcChannels.serverContext(tls));
            }
            return builder.build().start();
        } catch (IOException e) {
            close();
            throw e;
        } catch (RuntimeException e) {
            close();
            throw new IOException("cannot serve on " + address + ": " + e.getMessage(), e);
        }
    }

    @Override
    public int port() {
        synchronized (lock) {
            return server == null ? 0 : server.getPort();
        }
    }

    @Override
    public void close() {
        Server ended;
        List<EventLoopGroup> loops = new ArrayList<>();
        synchronized (lock) {
            ended = server;
            if (accepting != null) {
                loops.add(accepting);
            }
            if (serving != null) {
                loops.add(serving);
            }
            accepting = null;
            serving = null;
        }
        if (ended != null) {
            end(ended);
        }
        loops.forEach(GrpcChannels::end);
    }

    /** Tells every agent why, then cuts the links; gRPC keeps that order on the wire. */
    private void end(Server ended) {
        open.forEach(connection -> connection.close(CloseReason.stop("the control center is closing")));
        ended.shutdownNow();
        try {
            if (!ended.awaitTermination(END_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("event=server.close.slow links were still open after {} ms", END_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private final InetSocketAddress address;
        private @Nullable Tls tls;
        private boolean plaintext;
        private int maxMessageBytes = 4 << 20;
        private int threads = Math.max(2, Runtime.getRuntime().availableProcessors());

        private Builder(InetSocketAddress address) {
            this.address = address;
        }

        /** Certificates: own certificate and key are required; with {@code trust}, agents must show a certificate too. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /** No encryption and no authentication: for loopback and tests. */
        public Builder plaintext() {
            this.plaintext = true;
            return this;
        }

        /** The largest message taken from an agent: 64 KiB to 64 MiB; default 4 MiB. */
        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        /** Event loops: 1 to 256; by default as many as processors, at least 2. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /**
         * The server, not started.
         *
         * @throws ConfigurationException listing every setting that cannot work
         */
        public GrpcTransportServer build() {
            List<Problem> problems = new ArrayList<>();
            if ((tls == null) != plaintext) {
                problems.add(
                        new Problem("tls", tls == null ? "not set" : "set, and plaintext too", "tls or plaintext"));
            }
            if (tls != null) {
                tls.problems().forEach(line -> problems.add(new Problem("tls", line, "readable files")));
                if (tls.certificate() == null) {
                    problems.add(new Problem("tls", "without a certificate", "a certificate and its key"));
                }
            }
            if (maxMessageBytes < 64 * 1024 || maxMessageBytes > 64 << 20) {
                problems.add(new Problem("maxMessageBytes", Integer.toString(maxMessageBytes), "65536 to 67108864"));
            }
            if (threads < 1 || threads > 256) {
                problems.add(new Problem("threads", Integer.toString(threads), "1 to 256"));
            }
            if (!problems.isEmpty()) {
                throw new ConfigurationException(problems);
            }
            return new GrpcTransportServer(this);
        }
    }
}
