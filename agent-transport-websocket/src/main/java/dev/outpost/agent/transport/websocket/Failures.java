package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.TlsFaults;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What it means for an agent that a link did not come to be. */
final class Failures {

    /** Nobody means more, and the agent's own bounds are closer. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(1);

    /** What the JDK's client says it got for a status line when it was a TLS alert. */
    private static final String TLS_ALERT = "receiving [\u0015\u0003";

    private static final String NOTHING = "received no bytes";

    private Failures() {}

    static CloseReason ofConnecting(Throwable thrown, boolean plaintext, Clock clock) {
        Throwable cause = unwrapped(thrown);
        if (cause instanceof WebSocketHandshakeException handshake && handshake.getResponse() != null) {
            return ofAnswer(handshake.getResponse(), clock, cause);
        }
        CloseReason tls = ofTls(cause);
        if (tls != null) {
            return tls;
        }
        String said = describe(cause);
        if (plaintext && said.contains(TLS_ALERT)) {
            return CloseReason.refused("the other side speaks TLS, and this side plaintext", cause)
                    .as(Fault.TLS_PROTOCOL);
        }
        if (plaintext && said.contains(NOTHING)) {
            return CloseReason.retry(
                            "the other side hung up before it said anything, as one does that expects TLS, or limits"
                                    + " connections: " + said,
                            cause)
                    .as(Fault.LOST);
        }
        return CloseReason.retry("cannot connect: " + said, cause).as(Fault.UNREACHABLE);
    }

    /** The reason when it has to do with TLS, else null. A handshake that was cut off without a word may do better next time. */
    static @Nullable CloseReason ofTls(Throwable thrown) {
        Fault fault = TlsFaults.of(thrown).orElse(null);
        if (fault == null) {
            return null;
        }
        String detail = "TLS: " + describe(thrown);
        return fault == Fault.LOST || fault == Fault.UNREACHABLE
                ? CloseReason.retry(detail, thrown).as(Fault.UNREACHABLE)
                : CloseReason.refused(detail, thrown).as(fault);
    }

    private static CloseReason ofAnswer(HttpResponse<?> answer, Clock clock, Throwable cause) {
        int status = answer.statusCode();
        String detail = "the handshake was answered with " + status;
        return switch (status) {
            case 101 ->
                CloseReason.refused("the handshake's answer is no WebSocket's: " + describe(cause), cause)
                        .as(Fault.PROTOCOL);
            case 401 -> CloseReason.refused(detail, cause).as(Fault.UNAUTHENTICATED);
            case 407 ->
                CloseReason.refused(detail + ": the proxy wants credentials", cause)
                        .as(Fault.UNAUTHENTICATED);
            case 403 -> CloseReason.refused(detail, cause).as(Fault.PERMISSION_DENIED);
            case 429, 503 ->
                new CloseReason(
                        CloseReason.Next.RETRY_WITH_BACKOFF, detail, retryAfter(answer, clock), cause, Fault.BUSY);
            default ->
                status >= 500
                        ? new CloseReason(
                                CloseReason.Next.RETRY_WITH_BACKOFF,
                                detail,
                                retryAfter(answer, clock),
                                cause,
                                Fault.OTHER)
                        : CloseReason.refused(detail, cause).as(Fault.PROTOCOL);
        };
    }

    /** RFC 9110, section 10.2.3: seconds, or a date. */
    private static @Nullable Duration retryAfter(HttpResponse<?> answer, Clock clock) {
        String value = answer.headers().firstValue("Retry-After").orElse("").strip();
        Duration wait;
        try {
            wait = value.matches("[0-9]{1,18}")
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                            clock.instant(),
                            ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeException e) {
            return null; // none, or one of an unknown form: as if there were none
        }
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : wait;
    }

    static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** What failed and the innermost reason, on one line. */
    static String describe(Throwable thrown) {
        Throwable root = unwrapped(thrown);
        String message = text(root);
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String innermost = text(root);
        return (message.contains(innermost) ? message : message + " (" + innermost + ")").replaceAll("\\s+", " ");
    }

    private static String text(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }
}
