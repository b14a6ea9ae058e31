package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.ServerLog;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSsl;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSslSessionContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.internal.tcnative.SSL;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificates, which may be replaced while it runs: every handshake uses those of the moment.
 *
 * <p>No handshake resumes an earlier one: a resumed one brings the certificate of the first, whatever the agent would show now and
 * whether or not it is trusted still. Native TLS is told to give no tickets and keep no sessions; the JVM's has no such switch but
 * one for the whole process, so there every connection gets a context of its own.
 *
 * <p>Native TLS where it can be loaded, for it costs a third per handshake. Thread-safe.
 */
final class ServerTls extends SslContext {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.grpc");

    /** A warning comes when a fifth of the certificate's life is left, and a week at most. */
    private static final int WARN_PART = 5;

    private static final Duration WARN_BEFORE = Duration.ofDays(7);
    private static final Duration WARN_EVERY = Duration.ofDays(1);

    private final Tls files;
    private final boolean isNative;
    private final ServerLog log;
    private final Clock clock;
    private final Object reloading = new Object();
    private volatile Loaded loaded;
    private String lastProblem = "";
    private @Nullable Instant warned;

    /**
     * What the files held.
     *
     * @param trust null when agents need no certificate
     */
    private record Loaded(
            TlsMaterial material,
            String fingerprint,
            X509ExtendedKeyManager keys,
            @Nullable X509ExtendedTrustManager trust,
            SslContext context) {}

    private ServerTls(Tls files, boolean isNative, ServerLog log, Clock clock)
            throws IOException, GeneralSecurityException {
        this.files = files;
        this.isNative = isNative;
        this.log = log;
        this.clock = clock;
        this.loaded = load();
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    static ServerTls of(Tls files, boolean mayBeNative, ServerLog log, Clock clock)
            throws IOException, GeneralSecurityException {
        ServerTls made = new ServerTls(files, mayBeNative && OpenSsl.isAvailable(), log, clock);
        made.warnOfExpiry();
        return made;
    }

    private Loaded load() throws IOException, GeneralSecurityException {
        TlsMaterial material = TlsMaterial.load(files);
        if (material.privateKey() == null) {
            throw new CertificateException("a server needs a certificate and its key");
        }
        X509ExtendedKeyManager keys = material.keyManager();
        X509ExtendedTrustManager trust = material.trust().isEmpty() ? null : material.trustManager();
        return new Loaded(material, material.fingerprint(), keys, trust, context(material, keys, trust));
    }

    private SslContext context(
            TlsMaterial material, X509ExtendedKeyManager keys, @Nullable X509ExtendedTrustManager trust)
            throws IOException {
        SslContextBuilder builder = isNative
                ? SslContextBuilder.forServer(
                        Objects.requireNonNull(material.privateKey()),
                        material.chain().toArray(new X509Certificate[0]))
                : SslContextBuilder.forServer(keys);
        builder.protocols(GrpcChannels.TLS_VERSIONS);
        if (trust != null) {
            builder.trustManager(isNative ? new NativeTrust(trust) : trust).clientAuth(ClientAuth.REQUIRE);
        }
        SslContext context = GrpcSslContexts.configure(builder, isNative ? SslProvider.OPENSSL : SslProvider.JDK)
                .build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        return context;
    }

    /**
     * Takes what the files hold now, if it differs from what is used and makes sense; otherwise the old goes on being used.
     * Blocks as long as reading takes.
     *
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if the files make no sense, alone or together
     */
    void reload() throws IOException, GeneralSecurityException {
        synchronized (reloading) {
            Loaded found;
            try {
                if (TlsMaterial.load(files).fingerprint().equals(loaded.fingerprint)) {
                    lastProblem = "";
                    warnOfExpiry();
                    return;
                }
                found = load();
                requireValid(found.material.chain().get(0));
            } catch (IOException | GeneralSecurityException e) {
                log.count("tls.reloads.failed");
                String problem = String.valueOf(e.getMessage());
                if (!problem.equals(lastProblem)) {
                    lastProblem = problem;
                    LOG.warn("event=server.tls.reload.failed the certificates in use stay: {}", problem);
                }
                throw e;
            }
            loaded = found;
            lastProblem = "";
            warned = null;
            log.count("tls.reloads");
            LOG.info("event=server.tls.reloaded certificate={} expires={}", found.material, found.material.expires());
            warnOfExpiry();
        }
    }

    /** One that is not valid now would end what works. */
    private void requireValid(X509Certificate replacement) throws CertificateException {
        replacement.checkValidity(Date.from(clock.instant()));
    }

    private void warnOfExpiry() {
        Instant expires = loaded.material.expires();
        Instant now = clock.instant();
        if (expires != null
                && now.plus(warnBefore()).isAfter(expires)
                && (warned == null || !now.isBefore(warned.plus(WARN_EVERY)))) {
            warned = now;
            LOG.warn("event=server.tls.expiring certificate={} expires={}", loaded.material, expires);
        }
    }

    private Duration warnBefore() {
        X509Certificate own = loaded.material.chain().get(0);
        Duration part = Duration.between(
                        own.getNotBefore().toInstant(), own.getNotAfter().toInstant())
                .dividedBy(WARN_PART);
        return part.compareTo(WARN_BEFORE) < 0 ? part : WARN_BEFORE;
    }

    /** When the certificate in use stops being valid, in seconds since 1970. */
    long expiresEpochSecond() {
        Instant expires = loaded.material.expires();
        return expires == null ? 0 : expires.getEpochSecond();
    }

    // ---- SslContext -----------------------------------------------------------------------------------------------

    @Override
    public SSLEngine newEngine(ByteBufAllocator buffers) {
        return withoutTickets(current().newEngine(buffers));
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator buffers, String peerHost, int peerPort) {
        return withoutTickets(current().newEngine(buffers, peerHost, peerPort));
    }

    private SslContext current() {
        Loaded now = loaded;
        if (isNative) {
            return now.context;
        }
        try {
            return context(now.material, now.keys, now.trust);
        } catch (IOException e) {
            throw new IllegalStateException("the JVM made such a context before, and not now", e);
        }
    }

    private static SSLEngine withoutTickets(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            SSL.setOptions(openSsl.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
        return engine;
    }

    @Override
    public boolean isClient() {
        return false;
    }

    @Override
    public List<String> cipherSuites() {
        return loaded.context.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // that is what the class that we extend returns
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return loaded.context.applicationProtocolNegotiator();
    }

    @Override
    public SSLSessionContext sessionContext() {
        return loaded.context.sessionContext();
    }
}
