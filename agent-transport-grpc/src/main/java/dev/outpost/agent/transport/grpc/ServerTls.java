package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.ReloadableTls;
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
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

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

    private final boolean isNative;
    private final ReloadableTls<Loaded> files;

    /**
     * What the files held.
     *
     * @param trust null when agents need no certificate
     */
    private record Loaded(
            TlsMaterial material,
            X509ExtendedKeyManager keys,
            @Nullable X509ExtendedTrustManager trust,
            SslContext context) {}

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    ServerTls(Tls files, boolean mayBeNative, ServerLog log, Clock clock) throws IOException, GeneralSecurityException {
        this.isNative = mayBeNative && OpenSsl.isAvailable();
        this.files = new ReloadableTls<>(files, log, clock, this::load);
    }

    private Loaded load(TlsMaterial material) throws IOException, GeneralSecurityException {
        X509ExtendedKeyManager keys = material.keyManager();
        X509ExtendedTrustManager trust = material.trust().isEmpty() ? null : material.trustManager();
        return new Loaded(material, keys, trust, context(material, keys, trust));
    }

    /** The files, to be read again. */
    ReloadableTls<?> files() {
        return files;
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
        Loaded now = files.present();
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
        return files.present().context.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // that is what the class that we extend returns
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return files.present().context.applicationProtocolNegotiator();
    }

    @Override
    public SSLSessionContext sessionContext() {
        return files.present().context.sessionContext();
    }
}
