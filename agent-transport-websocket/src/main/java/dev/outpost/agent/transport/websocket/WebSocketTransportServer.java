package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.ConfigurationException;
import dev.outpost.agent.ConfigurationException.Problem;
import dev.outpost.agent.transport.HandshakeLimit;
import dev.outpost.agent.transport.ServerLog;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TransportServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server side of the WebSocket transport, on Jetty 12.1. Agents do not need it, so its libraries are optional dependencies of
 * this module: {@code org.eclipse.jetty:jetty-server} and {@code org.eclipse.jetty.websocket:jetty-websocket-jetty-server}.
 *
 * <p>Callbacks run on daemon threads {@code outpost-center-ws-<n>}, at most 64, so acceptors and listeners must only enqueue.
 * A connection has 20 s for its handshakes and its first message, and at most 4,096 may be in that state. Memory per connection
 * is bounded by 256 KiB and one message for each direction, and 32 KiB to read into; until it is answered, or more is asked for than
 * the hello, its messages have at most 256 KiB.
 *
 * <p>Certificates, key and trust are read again every ten seconds, and used for new handshakes when they have changed and make
 * sense; otherwise what is used stays.
 */
public final class WebSocketTransportServer implements TransportServer {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.websocket");

    private static final Duration HELLO_PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_WITHOUT_HELLO = 4_096;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(700);
    private static final int END_MILLIS = 500;
    private static final int MAX_THREADS = 64;
    private static final int MIN_THREADS = 4;
    private static final int IDLE_THREAD_MILLIS = 30_000;
    private static final int KEEP_UP_SECONDS = 10;
    private static final int HEADER_BYTES = 16 * 1024;

    /** A whole TLS record at once, which else is copied once more; held by a connection only while there are bytes in it. */
    private static final int READ_BYTES = 32 * 1024;

    private final InetSocketAddress address;
    private final String path;
    private final @Nullable Tls tls;
    private final int maxMessageBytes;
    private final HandshakeLimit limit;
    private final ServerLog log = new ServerLog("dev.outpost.agent.transport.websocket", System::nanoTime);
    private final Duration helloPatience;
    private final int mostWithoutHello;
    private final Object lock = new Object();
    private @Nullable Running running;
    private boolean closed;

    private WebSocketTransportServer(Builder builder) {
        this.address = builder.address;
        this.path = builder.path;
        this.tls = builder.tls;
        this.maxMessageBytes = builder.maxMessageBytes;
        this.limit = new HandshakeLimit(
                builder.handshakesPerSecond, builder.handshakesPerSecondAndAddress, System::nanoTime);
        this.helloPatience = builder.helloPatience;
        this.mostWithoutHello = builder.mostWithoutHello;
    }

    /** What exists between start and close. */
    private record Running(
            Server jetty,
            ServerConnector connector,
            CenterEndpoint endpoint,
            ScheduledExecutorService timer,
            @Nullable CenterTls certificates,
            Runnable trustChanged) {}

    /** A builder for a server on {@code address}; port 0 takes a free one. */
    public static Builder on(InetSocketAddress address) {
        return new Builder(address);
    }

    @Override
    public void start(Acceptor acceptor) throws IOException {
        synchronized (lock) {
            if (running != null || closed) {
                throw new IllegalStateException("the server is started already, or closed");
            }
            Running made = make(acceptor);
            running = made;
            try {
                made.jetty.start();
            } catch (Exception e) { // Jetty declares no less
                close();
                throw e instanceof IOException io
                        ? io
                        : new IOException("cannot serve on " + address + ": " + e.getMessage(), e);
            }
        }
    }

    private Running make(Acceptor acceptor) throws IOException {
        CenterTls certificates = certificates();
        ScheduledExecutorService timer = Threads.timer("center-ws-timer");
        QueuedThreadPool threads = new QueuedThreadPool(
                MAX_THREADS, MIN_THREADS, IDLE_THREAD_MILLIS, -1, null, null, Threads.named("center-ws"));
        threads.setStopTimeout(END_MILLIS);
        Server jetty = new Server(threads, new ScheduledExecutorScheduler(timer), null);
        jetty.setStopTimeout(0);
        Door door = new Door(limit, log, timer, helloPatience, mostWithoutHello);
        CenterEndpoint endpoint =
                new CenterEndpoint(Side.ofCenter(threads, timer, maxMessageBytes, CLOSE_PATIENCE), acceptor, door);
        ServerConnector connector = connector(jetty, certificates, door);
        connector.addBean(door);
        jetty.addConnector(connector);
        WebSocketUpgradeHandler upgrades = WebSocketUpgradeHandler.from(jetty, container -> {
            container.setInputBufferSize(READ_BYTES);
            container.setIdleTimeout(HELLO_PATIENCE);
            container.addMapping(path, endpoint);
        });
        upgrades.setHandler(new UpgradeRequired(path));
        jetty.setHandler(upgrades);
        if (certificates != null) { // not on the timer's thread: a disk may be slow
            var unused = timer.scheduleWithFixedDelay(
                    () -> threads.execute(this::keepUp), KEEP_UP_SECONDS, KEEP_UP_SECONDS, TimeUnit.SECONDS);
        }
        return new Running(jetty, connector, endpoint, timer, certificates, acceptor::onTrustChanged);
    }

    private @Nullable CenterTls certificates() throws IOException {
        try {
            return tls == null ? null : new CenterTls(tls, log, Clock.systemUTC());
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot serve on " + address + ": " + e.getMessage(), e);
        }
    }

    private void keepUp() {
        try {
            reload();
        } catch (IOException e) {
            LOG.debug("event=server.tls.reload.failed", e); // logged and counted where it happened
        } catch (RuntimeException e) { // Jetty's pool would print it
            LOG.warn("event=server.upkeep.failed {}", e.toString(), e);
        }
    }

    /**
     * Reads certificates, key and trust now, and uses them from the next handshake on if they have changed; if trust has, the
     * acceptor is told. By itself it does so every ten seconds. Without effect before {@link #start}, after {@link #close}, and without
     * TLS. Blocks for as long as reading takes.
     *
     * @throws IOException if they cannot be read or make no sense; those in use stay
     */
    public void reload() throws IOException {
        Running present = running();
        if (present == null || present.certificates == null) {
            return;
        }
        try {
            if (present.certificates.files().reload()) {
                present.trustChanged.run();
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private @Nullable Running running() {
        synchronized (lock) {
            return running;
        }
    }

    @Override
    public Optional<String> objectionTo(List<X509Certificate> chain) {
        Running present = running();
        return present == null || present.certificates == null
                ? Optional.empty()
                : present.certificates.files().objectionTo(chain);
    }

    private ServerConnector connector(Server jetty, @Nullable CenterTls certificates, Door door) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        if (certificates != null) {
            http.addCustomizer(new SecureRequestCustomizer(false)); // agents may come by any name
        }
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ConnectionFactory[] protocols = certificates == null
                ? new ConnectionFactory[] {new DetectorConnectionFactory(new TlsSpotter(plain, door)), plain}
                : new ConnectionFactory[] {new SslConnectionFactory(certificates, plain.getProtocol()), plain};
        ServerConnector connector = new ServerConnector(jetty, 1, -1, protocols);
        connector.setHost(
                address.getAddress() == null
                        ? address.getHostString()
                        : address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(HELLO_PATIENCE.toMillis());
        return connector;
    }

    @Override
    public int port() {
        synchronized (lock) {
            return running == null ? 0 : Math.max(0, running.connector.getLocalPort());
        }
    }

    @Override
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> all = log.counters();
        Running present = running();
        if (present != null && present.certificates != null) {
            all.put("tls.certificate.expires", present.certificates.files().expiresEpochSecond());
        }
        return all;
    }

    @Override
    public void close() {
        Running ended;
        synchronized (lock) {
            closed = true;
            ended = running;
            running = null;
        }
        if (ended == null) {
            return;
        }
        ended.connector.close();
        ended.endpoint.close(END_NANOS);
        try {
            ended.jetty.stop();
        } catch (Exception e) { // Jetty declares no less
            LOG.warn("event=websocket.server.close it did not end in good order", e);
        }
        ended.timer.shutdownNow();
    }

    /** What is no handshake is told what is expected here. */
    private static final class UpgradeRequired extends Handler.Abstract.NonBlocking {

        private final String path;

        UpgradeRequired(String path) {
            this.path = path;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            boolean here = Request.getPathInContext(request).equals(path);
            if (here) {
                response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
            }
            Response.writeError(
                    request, response, callback, here ? HttpStatus.UPGRADE_REQUIRED_426 : HttpStatus.NOT_FOUND_404);
            return true;
        }
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private final InetSocketAddress address;
        private String path = "/outpost";
        private @Nullable Tls tls;
        private boolean plaintext;
        private int maxMessageBytes = 4 << 20;
        private int handshakesPerSecond = 300;
        private int handshakesPerSecondAndAddress = 50;
        private Duration helloPatience = HELLO_PATIENCE;
        private int mostWithoutHello = MOST_WITHOUT_HELLO;

        private Builder(InetSocketAddress address) {
            this.address = address;
        }

        /** The path of the URI that agents are given; default {@code /outpost}. */
        public Builder path(String path) {
            this.path = path;
            return this;
        }

        /** Certificates: own certificate and key are required; with {@code trust}, agents must show a certificate too. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /** No encryption and no authentication: for loopback and tests, or behind a proxy that has both. */
        public Builder plaintext() {
            this.plaintext = true;
            return this;
        }

        /** The largest message, both ways: 64 KiB to 64 MiB; default 4 MiB. */
        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        /**
         * Connections that may begin in any second, a tenth of them at once: further ones are closed before TLS, and come back by themselves: 1 to
         * 1,000,000; default 300, about a third of what two processors can do.
         */
        public Builder handshakesPerSecond(int connections) {
            this.handshakesPerSecond = connections;
            return this;
        }

        /**
         * The same for those of one address, which loopback does not count as; more for agents that share an address: 1 to
         * 1,000,000; default 50.
         */
        public Builder handshakesPerSecondAndAddress(int connections) {
            this.handshakesPerSecondAndAddress = connections;
            return this;
        }

        /** For tests: how long a connection may go without its first message, and how many may. */
        Builder withoutHello(Duration patience, int most) {
            this.helloPatience = patience;
            this.mostWithoutHello = most;
            return this;
        }

        /**
         * The server, not started.
         *
         * @throws ConfigurationException listing every setting that cannot work
         */
        public WebSocketTransportServer build() {
            List<Problem> problems = new ArrayList<>();
            if (!path.matches("/[A-Za-z0-9._~/-]{0,200}")) {
                problems.add(new Problem("path", "'" + path + "'", "/ and up to 200 of A-Z a-z 0-9 . _ ~ - /"));
            }
            million("handshakesPerSecond", handshakesPerSecond, problems);
            million("handshakesPerSecondAndAddress", handshakesPerSecondAndAddress, problems);
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
            if (!problems.isEmpty()) {
                throw new ConfigurationException(problems);
            }
            return new WebSocketTransportServer(this);
        }

        private static void million(String setting, int value, List<Problem> problems) {
            if (value < 1 || value > 1_000_000) {
                problems.add(new Problem(setting, Integer.toString(value), "1 to 1000000"));
            }
        }
    }
}
