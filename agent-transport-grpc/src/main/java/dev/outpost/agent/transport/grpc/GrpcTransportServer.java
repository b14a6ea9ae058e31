package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.HandshakeLimit;
import dev.outpost.agent.transport.ReloadableTls;
import dev.outpost.agent.transport.ServerLog;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TransportServer;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server side of the gRPC transport.
 *
 * <p>Callbacks run on the event loops ({@code outpost-center-io-<n>}), so acceptors and listeners must only enqueue. Memory
 * per connection that is not read is bounded by the flow-control window, 256 KiB; so is the first message.
 *
 * <p>Certificates, key and trust are read again every ten seconds, and used for new handshakes when they have changed and make
 * sense; otherwise what is used stays. No handshake resumes an earlier one. Handshakes that fail are logged with the peer's
 * address and the cause, ten lines a minute of each kind, and all are {@linkplain #counters() counted}.
 *
 * <p>Connections beyond the limits of new ones per second, or of those at once that nobody has let in yet, are closed as soon as they are
 * accepted, before TLS: there is no telling them why.
 */
public final class GrpcTransportServer implements TransportServer {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.grpc");
    private static final int FLOW_CONTROL_WINDOW = 256 * 1024;
    private static final int END_MILLIS = 900;
    private static final int KEEP_UP_SECONDS = 10;

    /** How many seconds' connections may wait for their turn: those at the end come in before their agents lose patience. */
    private static final int WAIT_SECONDS = 2;

    /** A token of the most characters, and what gRPC adds. */
    private static final int MOST_METADATA_BYTES = 12 * 1024;

    private final InetSocketAddress address;
    private final @Nullable Tls tls;
    private final int maxMessageBytes;
    private final int threads;
    private final boolean nativeTls;
    private final ServerLog log = new ServerLog("dev.outpost.agent.transport.grpc", System::nanoTime);
    private final Door door;
    private final Set<GrpcServerConnection> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable Server server;
    private volatile @Nullable ReloadableTls<?> certificates;
    private volatile Runnable trustChanged = () -> {};
    private @Nullable EventLoopGroup accepting;
    private @Nullable EventLoopGroup serving;

    private GrpcTransportServer(Builder builder) {
        this.address = builder.address;
        this.tls = builder.tls;
        this.maxMessageBytes = builder.maxMessageBytes;
        this.threads = builder.threads;
        this.nativeTls = builder.nativeTls;
        this.door = new Door(
                new HandshakeLimit(
                        builder.handshakesPerSecond, builder.handshakesPerSecondAndAddress, System::nanoTime),
                builder.handshakesPerSecond * WAIT_SECONDS,
                builder.mostUnknown,
                log,
                System::nanoTime);
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
                .channelFactory(() -> new GuardedServerChannel(door, workers))
                .directExecutor()
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(maxMessageBytes)
                .maxInboundMetadataSize(MOST_METADATA_BYTES)
                .decompressorRegistry(DecompressorRegistry.emptyInstance()) // messages come as they are
                .addStreamTracerFactory(FirstMessageLimit.FACTORY)
                .addTransportFilter(new CallsPerConnection())
                .maxConcurrentCallsPerConnection(8)
                .maxRstFramesPerWindow(200, 30)
                .handshakeTimeout(20, TimeUnit.SECONDS)
                .permitKeepAliveTime(15, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConnectionIdle(5, TimeUnit.MINUTES) // without a call; an agent's lasts as long as its connection
                .keepAliveTime(2, TimeUnit.MINUTES)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .addService(ServerServiceDefinition.builder(AgentService.SERVICE)
                        .addMethod(
                                AgentService.SERVER_CONNECT,
                                (call, headers) ->
                                        GrpcServerConnection.accept(call, headers, acceptor, open, door, workers))
                        .build());
        try {
            if (tls != null) {
                ServerTls made = new ServerTls(tls, nativeTls, log, Clock.systemUTC());
                certificates = made.files();
                trustChanged = acceptor::onTrustChanged;
                builder.sslContext(made);
            }
            Server started = builder.build().start();
            var unused = boss.scheduleWithFixedDelay(this::keepUp, KEEP_UP_SECONDS, KEEP_UP_SECONDS, TimeUnit.SECONDS);
            return started;
        } catch (GeneralSecurityException e) {
            close();
            throw new IOException("cannot serve on " + address + ": " + e.getMessage(), e);
        } catch (IOException e) {
            close();
            throw e;
        } catch (RuntimeException e) {
            close();
            throw new IOException("cannot serve on " + address + ": " + e.getMessage(), e);
        }
    }

    /** On the accepting thread, which a slow disk may hold up: connections that stand go on. */
    private void keepUp() {
        try {
            door.sweep();
            reload();
        } catch (IOException e) {
            LOG.debug("event=server.tls.reload.failed", e); // logged and counted where it happened
        } catch (RuntimeException e) { // would end the repetition
            LOG.warn("event=server.upkeep.failed {}", e.toString(), e);
        }
    }

    /**
     * Reads certificates, key and trust now, and uses them from the next handshake on if they have changed; if trust has, the
     * acceptor is told. Without effect before {@link #start} and without TLS. Blocks for as long as reading takes.
     *
     * @throws IOException if they cannot be read or make no sense; those in use stay
     */
    public void reload() throws IOException {
        ReloadableTls<?> present = certificates;
        if (present != null) {
            try {
                if (present.reload()) {
                    trustChanged.run();
                }
            } catch (GeneralSecurityException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    @Override
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> all = door.counters();
        ReloadableTls<?> present = certificates;
        if (present != null) {
            all.put("tls.certificate.expires", present.expiresEpochSecond());
        }
        return all;
    }

    @Override
    public Optional<String> objectionTo(List<X509Certificate> chain) {
        ReloadableTls<?> present = certificates;
        return present == null ? Optional.empty() : present.objectionTo(chain);
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
        private int handshakesPerSecond = 300;
        private int handshakesPerSecondAndAddress = 50;
        private int mostUnknown = 2_000;
        private boolean nativeTls = true;

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
         * New connections in all in any second: 1 to 1,000,000; default 300, which leaves most of two processors to the agents that are
         * connected. Those that are too many wait for their turn, up to two seconds; of more than that, further ones are closed.
         */
        public Builder handshakesPerSecond(int connections) {
            this.handshakesPerSecond = connections;
            return this;
        }

        /**
         * New connections per second from one address: 1 to 1,000,000; default 50. To be raised when all agents come through
         * one address, that of a load balancer or of address translation. Those of {@link HandshakeLimit#BURST_SECONDS} seconds
         * may come at once. Loopback addresses are exempt.
         */
        public Builder handshakesPerSecondAndAddress(int connections) {
            this.handshakesPerSecondAndAddress = connections;
            return this;
        }

        /** Connections at once that nobody has let in yet: 1 to 1,000,000; default 2,000. They have 30 s for it. */
        public Builder maxUnknownConnections(int connections) {
            this.mostUnknown = connections;
            return this;
        }

        /** TLS of the JVM even where native TLS can be loaded; for tests. */
        Builder jvmTls() {
            this.nativeTls = false;
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
            million("handshakesPerSecond", handshakesPerSecond, problems);
            million("handshakesPerSecondAndAddress", handshakesPerSecondAndAddress, problems);
            million("maxUnknownConnections", mostUnknown, problems);
            if (!problems.isEmpty()) {
                throw new ConfigurationException(problems);
            }
            return new GrpcTransportServer(this);
        }

        private static void million(String setting, int value, List<Problem> problems) {
            if (value < 1 || value > 1_000_000) {
                problems.add(new Problem(setting, Integer.toString(value), "1 to 1000000"));
            }
        }
    }
}
