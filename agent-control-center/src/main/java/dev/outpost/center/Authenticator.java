package dev.outpost.center;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.Peer;
import java.util.Optional;

/** SPI: decides who is let in. Called on a worker; may block; when it throws, the agent is told to come
 * back. */
@FunctionalInterface
public interface Authenticator {

    /**
     * Checks an agent.
     *
     * @return why it is refused, for people; empty to let it in
     */
    Optional<String> refusal(Hello hello, Peer peer);

    /**
     * Lets an agent in whose certificate bears its id, as common name or as a DNS or URI alternative name; and any agent on a
     * connection without client certificates, which only a server that asks for none has.
     */
    static Authenticator byCertificate() {
        return (hello, peer) -> CertificateNames.refusal(hello.agentId(), peer.certificates());
    }

    /** Lets everybody in. */
    static Authenticator everybody() {
        return (hello, peer) -> Optional.empty();
    }
}
