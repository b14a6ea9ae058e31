package dev.outpost.agent.transport;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a transport would show of who it is, and trust, if it connected now.
 *
 * @param fingerprint changes when certificate, key or trust do; empty when there is nothing that could
 * @param certificateBegins begin of the certificate's validity, or null without one
 * @param certificateExpires end of the certificate's validity, or null without one
 * @param credentialsExpire when the {@linkplain Credentials credentials} shown last stop being valid, or null
 */
public record Identity(
        String fingerprint,
        @Nullable Instant certificateBegins,
        @Nullable Instant certificateExpires,
        @Nullable Instant credentialsExpire) {

    /** Nothing that could change. */
    public static final Identity NONE = new Identity("", null, null, null);
}
