package dev.outpost.agent.transport;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server's transport knows about the other side, before anything it says is believed.
 *
 * @param address where it connects from, for logs
 * @param certificates its verified certificate chain, leaf first; empty without mutual TLS
 * @param authorization the value of its {@code Authorization} header, or null without one: nobody has looked at it yet
 */
public record Peer(
        String address,
        List<X509Certificate> certificates,
        @Nullable String authorization) {

    /** Copies the chain. */
    public Peer {
        certificates = List.copyOf(certificates);
    }

    /** Without the header's value: it is a secret. */
    @Override
    public String toString() {
        return "Peer[" + address
                + (certificates.isEmpty()
                        ? ""
                        : ", " + certificates.get(0).getSubjectX500Principal().getName())
                + (authorization == null ? "" : ", with authorization") + "]";
    }
}
