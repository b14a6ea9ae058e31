package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.ConfigurationException;
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
import dev.outpost.agent.transport.TlsMaterial;
import dev.outpost.agent.transport.Transport;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.WebSocket;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Leads to a control center over WebSocket (RFC 6455), with the JDK's own client. For where only HTTP/1.1 gets through, or where
 * messages are to be JSON.
 *
 * <p>Up to four threads {@code outpost-ws-<n>}, two that read files and a timer, which end when there is nothing to do, besides the one of the JDK's
 * client. Certificates are read anew for every connection; while they stay the same, connections share a client and its TLS
 * sessions. The WebSocket's own compression is not used: telemetry is compressed already.
 */
public final class WebSocketTransport implements Transport {

    /** How long files, token and handshake may take together. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

    /** Less than the agent's connect timeout, so that the reason is known when that is over. */
    private static final Duration TOKEN_PATIENCE = Duration.ofSeconds(8);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int THREADS = 4;
    private static final int DISK_THREADS = 2;

    private final AgentSettings settings;
    private final URI uri;
    private final @Nullable Tls tls;
    private final JsonCodec json;
    private final Side side;
    private final ThreadPoolExecutor disk = Threads.pool(DISK_THREADS, "ws-disk");
    private final HttpClients clients;
    private final Clock clock = Clock.systemUTC();
    private final Object lock = new Object();
    private final Set<Attempt> open = new LinkedHashSet<>();
    private boolean closed;
    private volatile @Nullable Instant tokenExpires;

    private WebSocketTransport(AgentSettings settings, URI uri) {
        this.settings = settings;
        this.uri = uri;
        this.tls = settings.tlsToUse();
        this.json = new JsonCodec(settings.maxMessageBytes());
        this.side = Side.ofAgent(
                Threads.pool(THREADS, "ws"), Threads.timer("ws-timer"), settings.maxMessageBytes(), CLOSE_PATIENCE);
        this.clients = new HttpClients(tls, settings.proxy(), CONNECT_TIMEOUT, side.executor());
    }

    /**
     * A builder for a transport to {@code uri}.
     *
     * @param uri {@code wss://host:port/path}; with {@link Builder#plaintext}, {@code ws://…}
     */
    public static Builder to(String uri) {
        return new Builder(uri);
    }

    /** How messages travel; each is a sub-protocol. */
    public enum Form {
        /** All messages binary, as in {@code agent.proto}: the least bytes and CPU. */
        PROTO("outpost.v1.proto"),
        /** All messages JSON text but telemetry, whose bodies stay as they are: readable on the way, and for other languages. */
        JSON("outpost.v1.json");

        private final String subprotocol;

        Form(String subprotocol) {
            this.subprotocol = subprotocol;
        }

        String subprotocol() {
            return subprotocol;
        }

        static @Nullable Form of(String subprotocol) {
            for (Form form : values()) {
                if (form.subprotocol.equals(subprotocol)) {
                    return form;
                }
            }
            return null;
        }
    }

    @Override
    public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
        Attempt attempt = new Attempt(this, hello);
        boolean tooLate;
        synchronized (lock) {
            tooLate = closed;
            if (!tooLate) {
                open.add(attempt);
            }
        }
        attempt.link().listenWith(listener);
        if (tooLate) {
            attempt.link().close(CloseReason.stop("the transport is closed"));
        } else {
            attempt.begin();
        }
        return attempt.link();
    }

    @Override
    public String target() {
        return uri.getScheme() + "://" + uri.getAuthority() + (uri.getPath() == null ? "" : uri.getPath());
    }

    @Override
    public Identity identity() throws IOException, GeneralSecurityException {
        if (tls == null) {
            return new Identity("", null, null, tokenExpires);
        }
        TlsMaterial material = TlsMaterial.load(tls);
        return new Identity(material.fingerprint(), material.begins(), material.expires(), tokenExpires);
    }

    @Override
    public void close() {
        List<Attempt> left;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            left = List.copyOf(open);
        }
        left.forEach(attempt -> attempt.link().close(CloseReason.stop("the transport is closed")));
        awaitEnds();
        synchronized (lock) {
            left = List.copyOf(open);
        }
        left.forEach(attempt -> attempt.link().fail(CloseReason.stop("the transport is closed")));
        clients.close();
    }

    /** Gives the Close frames a moment to be answered; an interrupt shortens it, and is kept. */
    private void awaitEnds() {
        long deadline = System.nanoTime() + END_NANOS;
        synchronized (lock) {
            try {
                for (long left = END_NANOS; !open.isEmpty() && left > 0; left = deadline - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- for attempts ---------------------------------------------------------------------------------------------

    Side side() {
        return side;
    }

    HttpClients clients() {
        return clients;
    }

    /** Reads files. Threads of its own, so that a disk that hangs does not keep the ends of links from being told. */
    Executor disk() {
        return disk;
    }

    @Nullable Credentials credentials() {
        return settings.credentials();
    }

    /** How long the credentials may take. */
    Duration tokenPatience() {
        return settings.tokenPatience();
    }

    JsonCodec json() {
        return json;
    }

    URI uri() {
        return uri;
    }

    boolean isPlaintext() {
        return tls == null;
    }

    Clock clock() {
        return clock;
    }

    /** Puts headers and sub-protocols into a handshake. */
    void offer(WebSocket.Builder handshake) {
        settings.headers().forEach(header -> handshake.header(header.name(), header.value()));
        List<Form> forms = settings.forms();
        String[] others = forms.stream().skip(1).map(Form::subprotocol).toArray(String[]::new);
        handshake.subprotocols(forms.get(0).subprotocol(), others);
    }

    /** A token is about to be shown. */
    void shown(Credentials.Token token) {
        tokenExpires = token.expires();
    }

    void ended(Attempt attempt) {
        synchronized (lock) {
            open.remove(attempt);
            lock.notifyAll();
        }
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private final String target;
        private final List<AgentSettings.Header> headers = new ArrayList<>();
        private List<Form> forms = List.of(Form.PROTO, Form.JSON);
        private @Nullable Tls tls;
        private boolean plaintext;
        private @Nullable Credentials credentials;
        private Duration tokenPatience = TOKEN_PATIENCE;
        private @Nullable ProxySelector proxy;
        private int maxMessageBytes = 4 << 20;

        private Builder(String target) {
            this.target = target;
        }

        /** Certificates; by default the JVM's trust store and no own certificate. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /** No encryption, and nobody knows who is who: for loopback and tests. The target then begins with {@code ws://}. */
        public Builder plaintext() {
            this.plaintext = true;
            return this;
        }

        /**
         * What to show in the {@code Authorization} header; by default nothing. In plaintext to loopback addresses only, as is such a
         * {@link #header}.
         */
        public Builder credentials(Credentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /** Adds a header to the handshake; at most 64, and none that WebSocket itself needs. */
        public Builder header(String name, String value) {
            headers.add(new AgentSettings.Header(name, value));
            return this;
        }

        /**
         * Chooses the HTTP proxy; by default the JVM's selector does. The connection is a tunnel through it ({@code CONNECT}), also
         * without TLS. SOCKS is not supported by the JDK's client.
         */
        public Builder proxy(ProxySelector proxy) {
            this.proxy = proxy;
            return this;
        }

        /** What to offer, best first; by default {@link Form#PROTO}, then {@link Form#JSON}. The control center chooses. */
        public Builder subprotocols(Form first, Form... others) {
            List<Form> offered = new ArrayList<>(List.of(first));
            offered.addAll(List.of(others));
            this.forms = offered;
            return this;
        }

        /** The largest message, both ways: 64 KiB to 64 MiB; default 4 MiB. */
        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        /** For tests: how long the credentials may take. */
        Builder tokenWithin(Duration patience) {
            this.tokenPatience = patience;
            return this;
        }

        /**
         * The transport.
         *
         * @throws ConfigurationException listing every setting that cannot work
         */
        public WebSocketTransport build() {
            AgentSettings settings = new AgentSettings(
                    target, headers, forms, tls, plaintext, credentials, tokenPatience, proxy, maxMessageBytes);
            return new WebSocketTransport(settings, settings.check());
        }
    }
}
