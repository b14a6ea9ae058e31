package dev.outpost.agent.transport;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a server's transport knows about the other side, before anything it says is believed.
 *
 * @param address where it connects from, for logs
 * @param certificates its verified certificate chain, leaf first; empty without mutual TLS
 */
public record Peer(String address, List<X509Certificate> certificates) {

    /** Copies the chain. */
    public Peer {
        certificates = List.copyOf(certificates);
    }
}
