package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import java.io.EOFException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What kind of TLS trouble an exception is. The JDK has types for some kinds; for the others it has its own, stable wording:
 * an alert of the other side is {@code Received fatal alert: <name of RFC 8446, section 6>}, and a failed check of a name
 * begins with {@code No name matching} or {@code No subject alternative}.
 */
final class TlsFaults {

    private TlsFaults() {}

    /** The reason, or null when it has nothing to do with TLS. */
    static @Nullable CloseReason reasonOf(Throwable thrown) {
        boolean tls = false;
        Fault fault = null;
        int depth = 0;
        for (Throwable t = thrown; t != null && depth < 20; t = t.getCause(), depth++) {
            tls |= t instanceof SSLException || t instanceof GeneralSecurityException;
            Fault found = tls ? faultOf(t) : null;
            if (found != null) {
                fault = found; // the innermost that says something is the most exact
            }
        }
        if (!tls) {
            return null;
        }
        String detail = "TLS: " + Failures.describe(thrown);
        if (fault == null && isCut(thrown)) {
            return CloseReason.retry(detail, thrown).as(Fault.UNREACHABLE);
        }
        return CloseReason.refused(detail, thrown).as(fault == null ? Fault.TLS_PROTOCOL : fault);
    }

    private static @Nullable Fault faultOf(Throwable t) {
        String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
        if (t instanceof CertificateExpiredException || t instanceof CertificateNotYetValidException) {
            return Fault.TLS_EXPIRED;
        }
        if (t instanceof CertPathBuilderException || t instanceof CertPathValidatorException) {
            return Fault.TLS_UNTRUSTED;
        }
        if (t instanceof CertificateException) {
            return message.startsWith("no name matching") || message.startsWith("no subject alternative")
                    ? Fault.TLS_WRONG_NAME
                    : Fault.TLS_UNTRUSTED;
        }
        if (message.contains("received fatal alert")) {
            return message.contains("handshake_failure")
                            || message.contains("protocol_version")
                            || message.contains("insufficient_security")
                            || message.contains("unexpected_message")
                            || message.contains("internal_error")
                    ? Fault.TLS_PROTOCOL
                    : Fault.TLS_REJECTED;
        }
        return null;
    }

    /** The connection went during the handshake, without a word: that may pass. */
    private static boolean isCut(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
            if (t instanceof EOFException || message.contains("reset") || message.contains("closed")) {
                return true;
            }
        }
        return false;
    }
}
