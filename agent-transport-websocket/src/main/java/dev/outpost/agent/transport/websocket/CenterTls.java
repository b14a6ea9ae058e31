package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.ReloadableTls;
import dev.outpost.agent.transport.ServerLog;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Clock;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * TLS of the server: 1.3 and 1.2, with a context of its own for every connection, so that no session of an earlier identity is
 * resumed, neither by ticket nor from a cache, and a replaced certificate takes effect with the next connection.
 */
final class CenterTls extends SslContextFactory.Server {

    private final ReloadableTls<TlsMaterial> files;

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    CenterTls(Tls tls, ServerLog log, Clock clock) throws IOException, GeneralSecurityException {
        this.files = new ReloadableTls<>(tls, log, clock, material -> material);
        setSslContext(files.present().context());
        setIncludeProtocols("TLSv1.3", "TLSv1.2");
        setNeedClientAuth(!files.present().trust().isEmpty());
        setSessionCachingEnabled(false);
        setRenegotiationAllowed(false);
        setEndpointIdentificationAlgorithm(
                null); // agents have no host name; who they are is the authenticator's business
    }

    /** The files, to be read again. */
    ReloadableTls<?> files() {
        return files;
    }

    @Override
    public SSLEngine newSSLEngine(InetSocketAddress address) {
        return newSSLEngine();
    }

    @Override
    public SSLEngine newSSLEngine() {
        try {
            SSLEngine engine = files.present().context().createSSLEngine();
            customize(engine);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JVM made such a context before, and not now", e);
        }
    }
}
