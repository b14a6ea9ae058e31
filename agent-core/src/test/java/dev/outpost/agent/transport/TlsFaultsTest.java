package dev.outpost.agent.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.transport.CloseReason.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TlsFaultsTest {

    /** Words of JDK 17 and 25, and of BoringSSL as Netty passes them on. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Received fatal alert: bad_certificate | TLS_REJECTED",
                "(certificate_unknown) Received fatal alert: certificate_unknown | TLS_REJECTED",
                "(certificate_required) Received fatal alert: certificate_required | TLS_REJECTED",
                "Received fatal alert: internal_error | TLS_REJECTED",
                "Received fatal alert: protocol_version | TLS_PROTOCOL",
                "Received fatal alert: handshake_failure | TLS_PROTOCOL",
                "Received fatal alert: unrecognized_name | TLS_WRONG_NAME",
                "error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE | TLS_REJECTED",
                "error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA | TLS_REJECTED",
                "error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION | TLS_PROTOCOL",
                "error:100000f0:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL | TLS_PROTOCOL",
                "error:100000c0:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE | UNAUTHENTICATED",
                "(bad_certificate) Empty client certificate chain | UNAUTHENTICATED",
                "Unsupported or unrecognized SSL message | TLS_PROTOCOL",
                "No appropriate protocol (protocol is disabled or cipher suites are inappropriate) | TLS_PROTOCOL",
                "Remote host terminated the handshake | LOST",
                "Connection closed while SSL/TLS handshake was in progress | LOST",
                "handshake timed out after 10000ms | UNREACHABLE"
            })
    void of_wordsOfTheLibraries_areUnderstood(String words, Fault fault) {
        assertThat(TlsFaults.of(new IOException("io", new SSLHandshakeException(words))))
                .contains(fault);
    }

    static Stream<Arguments> certificateErrors() {
        return Stream.of(
                Arguments.of(
                        Fault.TLS_UNTRUSTED, new CertPathBuilderException("unable to find valid certification path")),
                Arguments.of(Fault.TLS_UNTRUSTED, new CertPathValidatorException("signature check failed")),
                Arguments.of(Fault.TLS_UNTRUSTED, new CertificateException("anything")),
                Arguments.of(Fault.TLS_EXPIRED, new CertificateExpiredException("NotAfter: yesterday")),
                Arguments.of(Fault.TLS_EXPIRED, new CertificateNotYetValidException("NotBefore: tomorrow")),
                Arguments.of(
                        Fault.TLS_EXPIRED,
                        new CertPathValidatorException("no", null, null, -1, BasicReason.NOT_YET_VALID)),
                Arguments.of(
                        Fault.TLS_WRONG_NAME,
                        new CertificateException("No subject alternative DNS name matching localhost found.")),
                Arguments.of(Fault.TLS_WRONG_NAME, new CertificateException("No name matching center found")));
    }

    @ParameterizedTest
    @MethodSource("certificateErrors")
    void of_errorOfACertificate_isToldByItsInnermostCause(Fault fault, Exception innermost) {
        Exception validator = new CertificateException("PKIX path validation failed", innermost);
        SSLException outermost = new SSLHandshakeException("PKIX path validation failed");
        outermost.initCause(validator);
        assertThat(TlsFaults.of(outermost)).contains(fault);
    }

    @Test
    void of_peerThatHangsUp_isLost() {
        SSLException cut = new SSLHandshakeException("whatever it says");
        cut.initCause(new EOFException("SSL peer shut down incorrectly"));
        assertThat(TlsFaults.of(cut)).contains(Fault.LOST);
    }

    @Test
    void of_otherErrors_isEmpty() {
        assertThat(TlsFaults.of(null)).isEmpty();
        assertThat(TlsFaults.of(new ConnectException("Connection refused"))).isEmpty();
        assertThat(TlsFaults.of(new IOException("Received fatal alert: bad_certificate")))
                .isEmpty();
    }

    @Test
    void of_causesThatGoRound_ends() {
        IOException first = new IOException("first");
        IOException second = new IOException("second", first);
        first.initCause(second);
        assertThat(TlsFaults.of(first)).isEmpty();
    }
}
