package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP client that connections share while certificates, key and trust stay what they are. A new one is made when they have
 * changed, because a client resumes TLS sessions, and with them an earlier identity; and not otherwise, because every client
 * has a thread, which on JDK 17 lives until the client is garbage. Thread-safe.
 */
final class HttpClients {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.websocket");

    /** From JDK 21 on. */
    private static final @Nullable Method SHUTDOWN_NOW = shutdownNow();

    private final @Nullable Tls tls;
    private final @Nullable ProxySelector proxy;
    private final Duration connectTimeout;
    private final Executor executor;
    private final Object lock = new Object();
    private @Nullable Shared present;
    private boolean closed;

    HttpClients(@Nullable Tls tls, @Nullable ProxySelector proxy, Duration connectTimeout, Executor executor) {
        this.tls = tls;
        this.proxy = proxy;
        this.connectTimeout = connectTimeout;
        this.executor = executor;
    }

    /**
     * Reads the files, and gives the client for them; to be {@linkplain Lease#release given back} when the connection has ended.
     *
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    Lease acquire() throws IOException, GeneralSecurityException {
        TlsMaterial material = tls == null ? null : TlsMaterial.load(tls);
        String fingerprint = material == null ? "" : material.fingerprint();
        synchronized (lock) {
            Shared shared = present;
            if (shared == null || !shared.fingerprint.equals(fingerprint)) {
                retire(shared);
                shared = new Shared(fingerprint, client(material));
                present = shared;
                shared.retired = closed;
            }
            shared.leases++;
            return new Lease(this, shared);
        }
    }

    private HttpClient client(@Nullable TlsMaterial material) throws GeneralSecurityException {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(executor);
        if (material != null) {
            builder.sslContext(material.context());
        }
        if (proxy != null) {
            builder.proxy(proxy);
        }
        return builder.build();
    }

    private void release(Shared shared) {
        synchronized (lock) {
            shared.leases--;
            endIfUnused(shared);
        }
    }

    /** Lets go of the client as soon as no connection uses it any more. */
    void close() {
        synchronized (lock) {
            closed = true;
            retire(present);
            present = null;
        }
    }

    private void retire(@Nullable Shared shared) {
        if (shared != null) {
            shared.retired = true;
            endIfUnused(shared);
        }
    }

    private void endIfUnused(Shared shared) {
        if (shared.retired && shared.leases == 0 && SHUTDOWN_NOW != null) {
            // Not on a thread of the client's own, which it may wait for.
            executor.execute(() -> end(shared.client));
        }
    }

    private static void end(HttpClient client) {
        try {
            if (SHUTDOWN_NOW != null) {
                SHUTDOWN_NOW.invoke(client);
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            LOG.warn("event=websocket.client.not_ended its thread lives until it is garbage", e);
        }
    }

    private static @Nullable Method shutdownNow() {
        try {
            return HttpClient.class.getMethod("shutdownNow");
        } catch (NoSuchMethodException e) {
            return null; // before JDK 21: the client ends when it is garbage
        }
    }

    /** A client and who uses it; guarded by the lock. */
    private static final class Shared {

        private final String fingerprint;
        private final HttpClient client;
        private int leases;
        private boolean retired;

        Shared(String fingerprint, HttpClient client) {
            this.fingerprint = fingerprint;
            this.client = client;
        }
    }

    /** One connection's use of a client. */
    static final class Lease {

        private final HttpClients clients;
        private final Shared shared;

        private Lease(HttpClients clients, Shared shared) {
            this.clients = clients;
            this.shared = shared;
        }

        HttpClient client() {
            return shared.client;
        }

        /** Once. */
        void release() {
            clients.release(shared);
        }
    }
}
