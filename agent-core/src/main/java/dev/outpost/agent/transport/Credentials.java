package dev.outpost.agent.transport;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * SPI: what an agent shows in the {@code Authorization} header (RFC 9110), besides its certificate or instead of one. A
 * transport asks before every attempt to connect, and shows what it was given for that one.
 *
 * <p><b>Thread:</b> any, one call at a time per transport. <b>Blocking:</b> no; what takes time completes the stage later, and
 * within the agent's connect timeout. A stage that fails, or a call that throws, fails the attempt, and the next one asks again.
 * <b>Expiry:</b> when the token says when it expires, the agent connects anew, with a new one, before that; the connection
 * with the old one goes when the new one stands.
 */
@FunctionalInterface
public interface Credentials {

    /** What to show now. */
    CompletionStage<Token> token();

    /**
     * A bearer token (RFC 6750) from a file that somebody else renews, read anew for every attempt; white space around it is not part of
     * it. For tokens that a platform puts there, like those of Kubernetes' service accounts.
     */
    static Credentials bearerFrom(Path file) {
        return new TokenFile(file);
    }

    /**
     * One value of the header.
     *
     * @param value all of it: {@code Bearer eyJ…}
     * @param expires when it stops being valid, or null when that is not known
     */
    record Token(String value, @Nullable Instant expires) {

        /** Characters that a value has at most; servers take little more than that before they know who is there. */
        public static final int MOST_CHARACTERS = 8 * 1024;

        /**
         * Checks that it can stand in a header.
         *
         * @throws IllegalArgumentException if it is blank, too long, or has other than printable ASCII characters
         */
        public Token {
            if (value.isBlank()
                    || value.length() > MOST_CHARACTERS
                    || !value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                throw new IllegalArgumentException("a token of " + value.length() + " characters; allowed are 1 to "
                        + MOST_CHARACTERS + " printable ASCII characters");
            }
        }

        /**
         * A bearer token.
         *
         * @throws IllegalArgumentException if it is blank, or as of the constructor
         */
        public static Token bearer(String token, @Nullable Instant expires) {
            if (token.isBlank()) {
                throw new IllegalArgumentException("a token of no characters");
            }
            return new Token("Bearer " + token, expires);
        }

        /** Without the value: it is a secret. */
        @Override
        public String toString() {
            return "Token[expires=" + expires + "]";
        }
    }
}
