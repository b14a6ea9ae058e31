package dev.outpost.agent.transport;

import dev.outpost.agent.transport.CloseReason.Fault;
import java.io.EOFException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells what kind of TLS trouble an error is, for transports, on either side of a link. It goes by the types of the errors where they
 * say enough, and by the words of the JDK (17 to 25) and of BoringSSL, which Netty uses, where they do not.
 */
public final class TlsFaults {

    /** The JDK writes "Received fatal alert: bad_certificate", BoringSSL "SSLV3_ALERT_BAD_CERTIFICATE". */
    private static final Pattern ALERT =
            Pattern.compile("(?:fatal alert: ([a-z_]+))|(?:(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]+))");

    /** Names of RFC 8446, section 6.2; those that are not here are about the protocol. */
    private static final Map<String, Fault> ALERTS = Map.ofEntries(
            Map.entry("bad_certificate", Fault.TLS_REJECTED),
            Map.entry("unsupported_certificate", Fault.TLS_REJECTED),
            Map.entry("certificate_revoked", Fault.TLS_REJECTED),
            Map.entry("certificate_expired", Fault.TLS_REJECTED),
            Map.entry("certificate_unknown", Fault.TLS_REJECTED),
            Map.entry("certificate_required", Fault.TLS_REJECTED),
            Map.entry("unknown_ca", Fault.TLS_REJECTED),
            Map.entry("access_denied", Fault.TLS_REJECTED),
            Map.entry("no_certificate", Fault.TLS_REJECTED),
            Map.entry("internal_error", Fault.TLS_REJECTED), // what BoringSSL says to a chain of an unknown authority
            Map.entry("unrecognized_name", Fault.TLS_WRONG_NAME),
            Map.entry("close_notify", Fault.LOST),
            Map.entry("user_canceled", Fault.LOST));

    private static final List<String> NO_CERTIFICATE =
            List.of("empty client certificate chain", "peer_did_not_return_a_certificate");
    private static final List<String> CUT_OFF = List.of(
            "closed while ssl/tls handshake",
            "remote host terminated the handshake",
            "ssl peer shut down incorrectly",
            "closed already",
            "connection reset",
            "broken pipe");
    private static final List<String> NO_ANSWER = List.of("handshake timed out");

    private TlsFaults() {}

    /**
     * The kind of trouble.
     *
     * @param thrown any error; its causes are looked at too
     * @return empty when it has nothing to do with TLS; {@link Fault#LOST} or {@link Fault#UNREACHABLE} for a handshake that
     *     was cut off or not answered; {@link Fault#UNAUTHENTICATED} for a peer that has shown no certificate
     */
    public static Optional<Fault> of(@Nullable Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable t = thrown; t != null && causes.size() < 32; t = t.getCause()) {
            causes.add(t);
        }
        Fault ofCertificate = causes.stream().anyMatch(CertificateException.class::isInstance)
                        || causes.stream().anyMatch(CertPathValidatorException.class::isInstance)
                ? certificate(causes)
                : null;
        if (ofCertificate != null) {
            return Optional.of(ofCertificate);
        }
        return causes.stream().anyMatch(TlsFaults::isTls) ? Optional.of(ssl(causes)) : Optional.empty();
    }

    private static boolean isTls(Throwable thrown) {
        return thrown instanceof SSLException
                || thrown.getClass()
                        .getSimpleName()
                        .contains("Ssl"); // Netty's NotSslRecordException is a DecoderException
    }

    private static Fault certificate(List<Throwable> causes) {
        for (Throwable cause : causes) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return Fault.TLS_EXPIRED;
            }
            Reason reason = cause instanceof CertPathValidatorException path ? path.getReason() : null;
            if (reason == BasicReason.EXPIRED || reason == BasicReason.NOT_YET_VALID) {
                return Fault.TLS_EXPIRED;
            }
        }
        return anySays(causes, List.of("no subject alternative", "no name matching", "illegal given domain name"))
                ? Fault.TLS_WRONG_NAME
                : Fault.TLS_UNTRUSTED;
    }

    private static Fault ssl(List<Throwable> causes) {
        if (anySays(causes, NO_CERTIFICATE)) {
            return Fault.UNAUTHENTICATED;
        }
        for (Throwable cause : causes) {
            Matcher alert = ALERT.matcher(String.valueOf(cause.getMessage()));
            if (alert.find()) {
                String name =
                        alert.group(1) != null ? alert.group(1) : alert.group(2).toLowerCase(Locale.ROOT);
                return ALERTS.getOrDefault(name, Fault.TLS_PROTOCOL);
            }
        }
        if (anySays(causes, NO_ANSWER)) {
            return Fault.UNREACHABLE;
        }
        if (anySays(causes, CUT_OFF) || causes.stream().anyMatch(EOFException.class::isInstance)) {
            return Fault.LOST;
        }
        return Fault.TLS_PROTOCOL;
    }

    private static boolean anySays(List<Throwable> causes, List<String> words) {
        return causes.stream()
                .map(cause -> String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT))
                .anyMatch(message -> words.stream().anyMatch(message::contains));
    }
}
