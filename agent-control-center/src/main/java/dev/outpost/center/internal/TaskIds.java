package dev.outpost.center.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The ids of tasks that are one request to many agents. */
final class TaskIds {

    private static final int MOST_CHARS = 128;
    private static final int KEPT_CHARS = 63;

    private TaskIds() {}

    /**
     * {@code <request id>/<agent id>} if that has at most 128 characters. Otherwise its first 63 characters (62, rather than half of a
     * pair), {@code ~}, and the SHA-256 of the whole in hex. Two requests never give one agent the same id.
     */
    static String of(String requestId, String agentId) {
        String whole = requestId + "/" + agentId;
        if (whole.length() <= MOST_CHARS) {
            return whole;
        }
        int kept = Character.isHighSurrogate(whole.charAt(KEPT_CHARS - 1)) ? KEPT_CHARS - 1 : KEPT_CHARS;
        return whole.substring(0, kept) + "~" + HexFormat.of().formatHex(sha256(whole));
    }

    /** The SHA-256 of a text in UTF-8. */
    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
