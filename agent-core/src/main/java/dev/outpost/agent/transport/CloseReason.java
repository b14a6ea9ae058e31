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
 * @param fault what kind of thing went wrong, for counters and alerts
 */
public record CloseReason(
        Next next,
        String detail,
        @Nullable Duration retryAfter,
        @Nullable Throwable cause,
        Fault fault) {

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

    /** What kind of thing ended a link, or kept it from coming into being. */
    public enum Fault {
        /** None, or none of the others. */
        OTHER,
        /** No link to the address: refused, no route, no such name, no answer in time. */
        UNREACHABLE,
        /** The link was there and broke, or nothing was heard any more. */
        LOST,
        /** The other side's certificate comes from an authority that is not trusted here. */
        TLS_UNTRUSTED,
        /** The other side's certificate is not valid yet or no longer. */
        TLS_EXPIRED,
        /** The other side's certificate is for another name. */
        TLS_WRONG_NAME,
        /** The other side did not accept our certificate, or wanted one and got none. */
        TLS_REJECTED,
        /** No common version or cipher, or only one of the two sides speaks TLS. */
        TLS_PROTOCOL,
        /** Own certificate, key or trust cannot be read. */
        TLS_FILES,
        /** The credentials are missing or wrong, or could not be had. */
        UNAUTHENTICATED,
        /** Known, and not allowed. */
        PERMISSION_DENIED,
        /** The other side does not speak this protocol, or broke it. */
        PROTOCOL,
        /** The other side has no room for us now. */
        BUSY
    }

    /** Of no special kind. */
    public CloseReason(Next next, String detail, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        this(next, detail, retryAfter, cause, Fault.OTHER);
    }

    /** Checks for null. */
    public CloseReason {
        Objects.requireNonNull(fault, "fault");
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

    /** The same, and what kind of thing went wrong. */
    public CloseReason as(Fault kind) {
        return new CloseReason(next, detail, retryAfter, cause, kind);
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
