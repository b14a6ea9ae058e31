package dev.outpost.agent.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A server's certificate, key and trust, which may be replaced while it runs; for the server side of transports. A replacement that
 * cannot be read, does not fit together or is not valid now is logged and counted, and what is used stays. Thread-safe.
 *
 * @param <C> what a transport makes of them for its handshakes
 */
public final class ReloadableTls<C> {

    /** A warning comes when a fifth of the certificate's life is left, and a week at most. */
    private static final int WARN_PART = 5;

    private static final Duration WARN_BEFORE = Duration.ofDays(7);
    private static final Duration WARN_EVERY = Duration.ofDays(1);

    private final Tls files;
    private final Maker<C> maker;
    private final ServerLog log;
    private final InstantSource clock;
    private final Object reloading = new Object();
    private volatile Loaded<C> loaded;
    private String lastProblem = "";
    private @Nullable Instant warned;

    /** Makes what handshakes need. */
    @FunctionalInterface
    public interface Maker<C> {

        /**
         * Makes it.
         *
         * @throws IOException if that cannot be
         * @throws GeneralSecurityException if the material makes no sense
         */
        C make(TlsMaterial material) throws IOException, GeneralSecurityException;
    }

    /**
     * What the files held.
     *
     * @param trust null when peers need no certificate
     */
    private record Loaded<C>(
            TlsMaterial material,
            String fingerprint,
            @Nullable X509ExtendedTrustManager trust,
            C made) {}

    /**
     * Reads the files, which must have a certificate and its key in them.
     *
     * @param log for warnings, and counts {@code tls.reloads} and {@code tls.reloads.failed}
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    public ReloadableTls(Tls files, ServerLog log, InstantSource clock, Maker<C> maker)
            throws IOException, GeneralSecurityException {
        this.files = files;
        this.log = log;
        this.clock = clock;
        this.maker = maker;
        this.loaded = make(TlsMaterial.load(files));
        warnOfExpiry();
    }

    private Loaded<C> make(TlsMaterial material) throws IOException, GeneralSecurityException {
        if (material.privateKey() == null) {
            throw new CertificateException("a server needs a certificate and its key");
        }
        X509ExtendedTrustManager trust = material.trust().isEmpty() ? null : material.trustManager();
        return new Loaded<>(material, material.fingerprint(), trust, maker.make(material));
    }

    /** What the next handshake is to use. */
    public C present() {
        return loaded.made;
    }

    /**
     * Takes what the files hold now, if it differs from what is used and makes sense; otherwise the old goes on being used.
     * Blocks as long as reading takes.
     *
     * @return whether other authorities are trusted from now on
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if the files make no sense, alone or together
     */
    public boolean reload() throws IOException, GeneralSecurityException {
        synchronized (reloading) {
            Loaded<C> before = loaded;
            Loaded<C> found;
            try {
                TlsMaterial material = TlsMaterial.load(files);
                if (material.fingerprint().equals(before.fingerprint)) {
                    lastProblem = "";
                    warnOfExpiry();
                    return false;
                }
                found = make(material);
                material.chain().get(0).checkValidity(Date.from(clock.instant())); // it would end what works
            } catch (IOException | GeneralSecurityException e) {
                log.count("tls.reloads.failed");
                String problem = String.valueOf(e.getMessage());
                if (!problem.equals(lastProblem)) {
                    lastProblem = problem;
                    log.logger().warn("event=server.tls.reload.failed the certificates in use stay: {}", problem);
                }
                throw e;
            }
            loaded = found;
            lastProblem = "";
            warned = null;
            log.count("tls.reloads");
            log.logger()
                    .info(
                            "event=server.tls.reloaded certificate={} expires={}",
                            found.material,
                            found.material.expires());
            warnOfExpiry();
            return !found.material.trust().equals(before.material.trust());
        }
    }

    private void warnOfExpiry() {
        Instant expires = loaded.material.expires();
        Instant now = clock.instant();
        if (expires != null
                && now.plus(warnBefore()).isAfter(expires)
                && (warned == null || !now.isBefore(warned.plus(WARN_EVERY)))) {
            warned = now;
            log.logger().warn("event=server.tls.expiring certificate={} expires={}", loaded.material, expires);
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
    public long expiresEpochSecond() {
        Instant expires = loaded.material.expires();
        return expires == null ? 0 : expires.getEpochSecond();
    }

    /**
     * Why a peer that shows these certificates would not be let in by a handshake now.
     *
     * @param chain leaf first, as in {@link Peer#certificates}
     * @return empty if it would
     */
    public Optional<String> objectionTo(List<X509Certificate> chain) {
        X509ExtendedTrustManager trust = loaded.trust;
        if (trust == null) {
            return Optional.empty();
        }
        if (chain.isEmpty()) {
            return Optional.of("no certificate was shown");
        }
        try {
            String keyKind = chain.get(0).getPublicKey().getAlgorithm();
            trust.checkClientTrusted(chain.toArray(new X509Certificate[0]), keyKind);
            return Optional.empty();
        } catch (CertificateException e) {
            return Optional.of("the certificate is not trusted any more: " + e.getMessage());
        }
    }
}
