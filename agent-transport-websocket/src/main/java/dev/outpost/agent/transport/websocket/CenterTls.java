package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of the server: 1.3 and 1.2, with a context of its own for every connection, so that no session of an earlier identity is
 * resumed, neither by ticket nor from a cache, and a replaced certificate takes effect with the next connection.
 */
final class CenterTls extends SslContextFactory.Server {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent.transport.websocket");

    /** Files are not read more often than this, however many agents come at once. */
    private static final long FRESH_NANOS = 1_000_000_000L;

    private final Tls tls;
    private final Object lock = new Object();
    private TlsMaterial material;
    private long readAt;
    private boolean unreadable;

    /**
     * Reads the files once, to fail early.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    CenterTls(Tls tls) throws IOException, GeneralSecurityException {
        this.tls = tls;
        this.material = TlsMaterial.load(tls);
        this.readAt = System.nanoTime();
        setSslContext(material.context());
        setIncludeProtocols("TLSv1.3", "TLSv1.2");
        setNeedClientAuth(tls.trust() != null);
        setSessionCachingEnabled(false);
        setRenegotiationAllowed(false);
        setEndpointIdentificationAlgorithm(
                null); // agents have no host name; who they are is the authenticator's business
    }

    @Override
    public SSLEngine newSSLEngine(InetSocketAddress address) {
        return newSSLEngine();
    }

    @Override
    public SSLEngine newSSLEngine() {
        try {
            SSLEngine engine = present().context().createSSLEngine();
            customize(engine);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JVM does not take the certificates", e);
        }
    }

    /** What the files hold now, or held last when they cannot be read. */
    private TlsMaterial present() {
        synchronized (lock) {
            long now = System.nanoTime();
            if (now - readAt < FRESH_NANOS) {
                return material;
            }
            readAt = now;
            try {
                material = TlsMaterial.load(tls);
                unreadable = false;
            } catch (IOException | GeneralSecurityException e) {
                if (!unreadable) {
                    LOG.error("event=websocket.server.certificates the last ones stay in use: {}", e.getMessage(), e);
                }
                unreadable = true;
            }
            return material;
        }
    }
}
