package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.Transport;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Leads to a control center over gRPC. Every connection has a channel of its own, so that certificates are read anew and no
 * TLS session of an earlier identity is resumed.
 *
 * <p>One thread, {@code outpost-grpc-1}, for all connections; it exists from the first {@link #open} on. While connections are
 * made there are up to two more, {@code outpost-grpc-dial-<n>}, which read certificates, ask for credentials and look up names: that
 * may take its time, and a connection that works is not to wait for it. TLS is the JVM's, in version 1.3 or 1.2: no native
 * library is loaded into the host.
 */
public final class GrpcTransport implements Transport {

    private static final int MOST_DIALLING = 64;

    private final Dialling dialling;
    private final Set<GrpcConnection> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable Threads threads;
    private boolean closed;
    private volatile @Nullable Instant tokenExpires;

    /** They come with the first connection. */
    private record Threads(EventLoopGroup events, ThreadPoolExecutor dialling) {}

    private GrpcTransport(Dialling dialling) {
        this.dialling = dialling;
    }

    /**
     * A builder for a transport with TLS to {@code target}.
     *
     * @param target {@code host:port}; an IPv6 address stands in brackets
     */
    public static Builder to(String target) {
        return new Builder(target);
    }

    @Override
    public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
        Threads present = threads();
        GrpcConnection connection =
                new GrpcConnection(hello, listener, present == null ? null : present.events, open::remove);
        if (present == null) {
            connection.fail(CloseReason.stop("the transport is closed"));
            return connection;
        }
        open.add(connection);
        try {
            present.dialling.execute(() -> dial(connection, present));
        } catch (RejectedExecutionException e) {
            connection.fail(
                    threads() == null
                            ? CloseReason.stop("the transport is closed")
                            : CloseReason.retry(MOST_DIALLING + " connections are being made already", null));
        }
        if (threads() == null) {
            connection.transportClosed(); // close() may have looked before this connection was there to be seen
        }
        return connection;
    }

    private void dial(GrpcConnection connection, Threads present) {
        if (connection.isOver()) {
            return;
        }
        try {
            Dialling.Line line = dialling.dial(present.events, present.dialling);
            tokenExpires = line.tokenExpires();
            try {
                present.events.execute(() -> connection.connect(line));
            } catch (RejectedExecutionException e) {
                line.channel().shutdownNow();
                connection.fail(CloseReason.stop("the transport is closed"));
            }
        } catch (Dialling.NotReady e) {
            connection.fail(e.reason());
        } catch (InterruptedException e) {
            connection.fail(CloseReason.stop("the transport is closed"));
        } catch (RuntimeException | Error e) { // a library's doing: the attempt has failed, and the host lives on
            connection.fail(CloseReason.refused("cannot connect: " + e, e));
        }
    }

    private @Nullable Threads threads() {
        synchronized (lock) {
            if (threads == null && !closed) {
                ThreadPoolExecutor dialler = new ThreadPoolExecutor(
                        2,
                        2,
                        1,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_DIALLING),
                        GrpcChannels.threads("grpc-dial"));
                dialler.allowCoreThreadTimeOut(true);
                threads = new Threads(GrpcChannels.loops(1, "grpc"), dialler);
            }
            return closed ? null : threads;
        }
    }

    @Override
    public String target() {
        return "grpc" + (dialling.tls() == null ? "+plaintext" : "") + "://" + dialling.host() + ":" + dialling.port();
    }

    @Override
    public Identity identity() throws Exception {
        return dialling.identity(tokenExpires);
    }

    @Override
    public void close() {
        Threads ended;
        synchronized (lock) {
            ended = closed ? null : threads;
            closed = true;
        }
        if (ended != null) {
            open.forEach(GrpcConnection::transportClosed);
            ended.dialling.shutdownNow();
            GrpcChannels.end(ended.events);
        }
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private static final Pattern LOOPBACK = Pattern.compile("127(\\.[0-9]{1,3}){3}");

        private final String target;
        private @Nullable Tls tls = Tls.systemTrust();
        private @Nullable String authority;
        private @Nullable InetSocketAddress proxy;
        private @Nullable Credentials credentials;
        private int maxMessageBytes = 4 << 20;

        private Builder(String target) {
            this.target = target;
        }

        /** Certificates; by default the JVM's trust store and no own certificate. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /** No encryption and no authentication: for loopback and tests. */
        public Builder plaintext() {
            this.tls = null;
            return this;
        }

        /** The name that the control center's certificate must bear, when it is not the target's host. */
        public Builder authority(String name) {
            this.authority = name;
            return this;
        }

        /**
         * What to show in the {@code authorization} header; by default nothing. Asked before every attempt. Over plaintext only to
         * this host itself, for others could read it.
         */
        public Builder credentials(Credentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /**
         * An HTTP proxy to reach the control center through, with CONNECT; by default the one that the JVM is set to
         * ({@code https.proxyHost}), if any. Its name is looked up for every connection, that of the control center by the proxy.
         */
        public Builder proxy(InetSocketAddress proxy) {
            this.proxy = proxy;
            return this;
        }

        /** The largest message taken from the control center: 64 KiB to 64 MiB; default 4 MiB. */
        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        /**
         * The transport.
         *
         * @throws ConfigurationException listing every setting that cannot work
         */
        public GrpcTransport build() {
            List<Problem> problems = new ArrayList<>();
            int colon = target.lastIndexOf(':');
            int port = colon < 0 ? -1 : portOf(target.substring(colon + 1));
            String host = colon <= 0 ? "" : target.substring(0, colon);
            if (host.isEmpty() || port < 1 || (host.indexOf(':') >= 0 && !host.startsWith("["))) {
                problems.add(new Problem("target", "'" + target + "'", "host:port with a port of 1 to 65535"));
            }
            if (tls != null) {
                tls.problems().forEach(line -> problems.add(new Problem("tls", line, "readable files")));
            }
            if (tls == null && credentials != null && !isThisHost(host)) {
                problems.add(new Problem("credentials", "set, and plaintext to " + host, "TLS, or a loopback address"));
            }
            if (maxMessageBytes < 64 * 1024 || maxMessageBytes > 64 << 20) {
                problems.add(new Problem("maxMessageBytes", Integer.toString(maxMessageBytes), "65536 to 67108864"));
            }
            if (!problems.isEmpty()) {
                throw new ConfigurationException(problems);
            }
            return new GrpcTransport(new Dialling(host, port, tls, authority, proxy, credentials, maxMessageBytes));
        }

        /** By its look: a name could lead elsewhere tomorrow. */
        private static boolean isThisHost(String host) {
            return host.equalsIgnoreCase("localhost")
                    || host.equals("[::1]")
                    || LOOPBACK.matcher(host).matches();
        }

        private static int portOf(String digits) {
            try {
                int port = Integer.parseInt(digits);
                return port <= 65_535 ? port : -1;
            } catch (NumberFormatException e) {
                return -1;
            }
        }
    }
}
