package dev.outpost.center;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.Peer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * SPI: decides who is let in.
 *
 * <p><b>Thread:</b> {@code outpost-center-worker-n}, several at once. <b>Blocking:</b> allowed; meanwhile the worker does
 * nothing else, so no longer than seconds. <b>Errors:</b> when it throws, the agent is told to come back soon; that is not a refusal. <b>How often:</b> at most
 * as many times per second as agents are {@linkplain ControlCenterBuilder#admitPerSecond admitted}; an agent that was refused and comes
 * again within ten seconds with the same id, certificate and token gets the same answer without being asked about.
 */
@FunctionalInterface
public interface Authenticator {

    /**
     * Checks an agent.
     *
     * @return whether it is let in
     * @throws Exception when that cannot be said now
     */
    Verdict check(Hello hello, Peer peer) throws Exception;

    /** Lets an agent in that this one and another one let in, for the shorter time of the two. */
    default Authenticator and(Authenticator other) {
        return (hello, peer) -> {
            Verdict first = check(hello, peer);
            return first.isAdmitted() ? first.and(other.check(hello, peer)) : first;
        };
    }

    /**
     * Lets an agent in whose certificate bears its id, as common name or as a DNS or URI alternative name; and any agent on a
     * connection without client certificates, which only a server that asks for none has. Once per start, the control center warns of
     * the latter.
     */
    static Authenticator byCertificate() {
        return (hello, peer) -> CertificateNames.refusal(hello.agentId(), peer.certificates())
                .map(Verdict::forbidden)
                .orElseGet(Verdict::admitted);
    }

    /**
     * Lets an agent in whose bearer token (RFC 6750) a check of the host's approves; one without such a token is unknown. Tokens
     * only arrive over TLS, or from this host.
     */
    static Authenticator byToken(TokenCheck check) {
        return new TokenAuthenticator(check);
    }

    /** Lets everybody in. */
    static Authenticator everybody() {
        return (hello, peer) -> Verdict.admitted();
    }

    /** Says what a token is worth; rules as for {@link Authenticator}. */
    @FunctionalInterface
    interface TokenCheck {

        /**
         * Checks a token.
         *
         * @param token what stands behind {@code Bearer}; a secret: not for logs
         * @return what comes of it; that it is good for the agent's id is for this check to see, too
         * @throws Exception when it cannot be said now
         */
        Verdict check(Hello hello, String token) throws Exception;
    }

    /**
     * What comes of a check.
     *
     * @param kind whether it is let in, and if not, why
     * @param reason why it is not let in, for people, the agent's among them; empty if it is
     * @param until when it has to show again who it is: its session ends then; null when its certificate alone decides that
     */
    record Verdict(Kind kind, String reason, @Nullable Instant until) {

        /** Kinds of verdicts. */
        public enum Kind {
            /** It is let in. */
            ADMITTED,
            /** It has not shown who it is. */
            UNKNOWN,
            /** It has, and it may not come in. */
            FORBIDDEN
        }

        /** It is let in. */
        public static Verdict admitted() {
            return new Verdict(Kind.ADMITTED, "", null);
        }

        /** It is let in until then. */
        public static Verdict admittedUntil(Instant until) {
            return new Verdict(Kind.ADMITTED, "", until);
        }

        /** It has not shown who it is: credentials are missing, wrong or expired. */
        public static Verdict unknown(String reason) {
            return new Verdict(Kind.UNKNOWN, reason, null);
        }

        /** It has shown who it is, and may not come in. */
        public static Verdict forbidden(String reason) {
            return new Verdict(Kind.FORBIDDEN, reason, null);
        }

        boolean isAdmitted() {
            return kind == Kind.ADMITTED;
        }

        private Verdict and(Verdict second) {
            if (!second.isAdmitted() || until == null) {
                return second;
            }
            Instant other = second.until;
            return other == null || until.isBefore(other) ? this : second;
        }
    }
}
