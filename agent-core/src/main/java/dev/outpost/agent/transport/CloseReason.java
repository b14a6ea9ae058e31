package dev.outpost.agent.transport;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a link ended, and what to do next.
 *
 * @param next what to do next
 * @param detail why, for people: one line, without secrets
 * @param retryAfter the least time to wait that the peer asked for, or null
 * @param cause the error behind it, or null
 */
public record CloseReason(
        Next next,
        String detail,
        @Nullable Duration retryAfter,
        @Nullable Throwable cause) {

    /** What to do after a link has ended. */
    public enum Next {
        /** Nothing was wrong: connect again at once (a drain, a planned restart). */
        RECONNECT,
        /** A fault that may pass: connect again with backoff. */
        RETRY_WITH_BACKOFF,
        /** Refused or misconfigured (certificate, token, unknown agent): try again rarely, and say so loudly. */
        RETRY_RARELY,
        /** Closed on purpose by this side: do not connect again. */
        STOP
    }

    /** Checks for null. */
    public CloseReason {
        Objects.requireNonNull(next, "next");
        Objects.requireNonNull(detail, "detail");
    }

    /** A fault that may pass. */
    public static CloseReason retry(String detail, @Nullable Throwable cause) {
        return new CloseReason(Next.RETRY_WITH_BACKOFF, detail, null, cause);
    }

    /** Refused or misconfigured. */
    public static CloseReason refused(String detail, @Nullable Throwable cause) {
        return new CloseReason(Next.RETRY_RARELY, detail, null, cause);
    }

    /** Nothing was wrong. */
    public static CloseReason reconnect(String detail) {
        return new CloseReason(Next.RECONNECT, detail, null, null);
    }

    /** Closed on purpose by this side. */
    public static CloseReason stop(String detail) {
        return new CloseReason(Next.STOP, detail, null, null);
    }
}
