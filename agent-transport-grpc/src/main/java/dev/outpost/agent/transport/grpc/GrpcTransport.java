package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.Transport;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Leads to a control center over gRPC. Every connection has a channel of its own, so that certificates are read anew and no
 * TLS session of an earlier identity is resumed.
 *
 * <p>One thread, {@code outpost-grpc-1}, for all connections; it exists from the first {@link #open} on. TLS is the JVM's:
 * no native library is loaded into the host.
 */
public final class GrpcTransport implements Transport {

    private final String host;
    private final int port;
    private final @Nullable Tls tls;
    private final @Nullable String authority;
    private final int maxMessageBytes;
    private final Set<GrpcConnection> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable EventLoopGroup loop;
    private boolean closed;

    private GrpcTransport(Builder builder, String host, int port) {
        this.host = host;
        this.port = port;
        this.tls = builder.tls;
        this.authority = builder.authority;
        this.maxMessageBytes = builder.maxMessageBytes;
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
        EventLoopGroup events = loop();
        GrpcConnection connection = new GrpcConnection(hello, listener, open::remove);
        if (events == null) {
            connection.refuse("the transport is closed");
            return connection;
        }
        open.add(connection);
        try {
            events.execute(() ->
                    connection.connect(() -> GrpcChannels.client(host, port, tls, authority, maxMessageBytes, events)));
        } catch (RejectedExecutionException e) {
            connection.refuse("the transport is closed");
        }
        if (loop() == null) {
            connection.transportClosed(); // close() may have looked before this connection was there to be seen
        }
        return connection;
    }

    private @Nullable EventLoopGroup loop() {
        synchronized (lock) {
            if (loop == null && !closed) {
                loop = GrpcChannels.loops(1, "grpc");
            }
            return closed ? null : loop;
        }
    }

    @Override
    public String target() {
        return "grpc" + (tls == null ? "+plaintext" : "") + "://" + host + ":" + port;
    }

    @Override
    public void close() {
        EventLoopGroup ended;
        synchronized (lock) {
            ended = closed ? null : loop;
            closed = true;
        }
        if (ended != null) {
            open.forEach(GrpcConnection::transportClosed);
            GrpcChannels.end(ended);
        }
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private final String target;
        private @Nullable Tls tls = Tls.systemTrust();
        private @Nullable String authority;
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
            if (maxMessageBytes < 64 * 1024 || maxMessageBytes > 64 << 20) {
                problems.add(new Problem("maxMessageBytes", Integer.toString(maxMessageBytes), "65536 to 67108864"));
            }
            if (!problems.isEmpty()) {
                throw new ConfigurationException(problems);
            }
            return new GrpcTransport(this, host, port);
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
