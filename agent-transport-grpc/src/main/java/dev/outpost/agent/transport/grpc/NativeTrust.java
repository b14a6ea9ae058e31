package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.TlsFaults;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSslCertificateException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what another one trusts, and says no in words that native TLS understands: it would tell the peer "internal error" when
 * the authority is unknown. Thread-safe.
 */
final class NativeTrust extends X509ExtendedTrustManager {

    /** Numbers of OpenSSL's x509_vfy.h; the alerts made of them are certificate_expired and unknown_ca. */
    private static final int CERT_HAS_EXPIRED = 10;

    private static final int UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20;

    private final X509ExtendedTrustManager trust;

    NativeTrust(X509ExtendedTrustManager trust) {
        this.trust = trust;
    }

    @FunctionalInterface
    private interface Check {
        void run() throws CertificateException;
    }

    private static void check(Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            int code = TlsFaults.of(e).orElse(Fault.OTHER) == Fault.TLS_EXPIRED
                    ? CERT_HAS_EXPIRED
                    : UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            throw new OpenSslCertificateException(e.getMessage(), e, code);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        check(() -> trust.checkClientTrusted(chain, kind, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        check(() -> trust.checkServerTrusted(chain, kind, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        check(() -> trust.checkClientTrusted(chain, kind, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        check(() -> trust.checkServerTrusted(chain, kind, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        check(() -> trust.checkClientTrusted(chain, kind));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        check(() -> trust.checkServerTrusted(chain, kind));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
