package dev.outpost.center;

import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.Peer;

/** Takes the token out of the header, and leaves the rest to the host's check. */
final class TokenAuthenticator implements Authenticator {

    private static final String SCHEME = "Bearer ";

    private final TokenCheck check;

    TokenAuthenticator(TokenCheck check) {
        this.check = check;
    }

    @Override
    public Authenticator.Verdict check(Hello hello, Peer peer) throws Exception {
        String shown = peer.authorization();
        if (shown == null) {
            return Verdict.unknown("no token was shown");
        }
        // The scheme's case does not matter (RFC 9110, section 11.1).
        String token = shown.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? shown.substring(SCHEME.length()).strip()
                : "";
        return token.isEmpty() ? Verdict.unknown("what was shown is no bearer token") : check.check(hello, token);
    }
}
