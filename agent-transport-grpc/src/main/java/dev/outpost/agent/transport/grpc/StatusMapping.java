package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import dev.outpost.agent.transport.TlsFaults;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a gRPC status means for the agent, and the other way round. To gRPC all trouble with the link is UNAVAILABLE, that with
 * certificates too, so it is told apart by its cause.
 */
final class StatusMapping {

    /** When to come back, in milliseconds: the name that gRPC itself has for it (gRFC A6, "server pushback"). */
    static final Metadata.Key<String> RETRY_AFTER =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private static final long MOST_RETRY_MILLIS = Duration.ofDays(1).toMillis();

    /** What gRPC and Netty say when the other side speaks, but something else. */
    private static final List<String> NOT_GRPC = List.of(
            "first received frame was not settings",
            "http/2 client preface string missing",
            "unexpected http/1.x request",
            "failed alpn negotiation",
            "failed protocol negotiation",
            "invalid content-type",
            "http status code",
            "missing http status code");

    /** What gRPC says when the first bytes are a TLS alert: a server that expects TLS has been spoken to in plaintext. */
    private static final List<String> TLS_ALERT = List.of("hex dump for first 5 bytes: 1503");

    /** A proxy or balancer in between says that it does not reach the control center. */
    private static final Pattern GATEWAY = Pattern.compile("(?i)http status code (429|502|503|504)");

    private StatusMapping() {}

    static CloseReason toReason(Status status, @Nullable Metadata trailers) {
        Throwable cause = status.getCause();
        Optional<Fault> tls = TlsFaults.of(cause);
        if (tls.isPresent()) {
            return tlsReason(tls.get(), cause);
        }
        String detail = status.getCode() + ": " + describe(status);
        if (saysOneOf(detail, TLS_ALERT)) {
            return CloseReason.refused("the other side speaks TLS, and this side plaintext: " + detail, cause)
                    .as(Fault.TLS_PROTOCOL);
        }
        Fault fault = faultOf(status);
        if (fault == Fault.PROTOCOL && saysOneOf(detail, NOT_GRPC)) {
            detail = "the other side does not speak gRPC: " + detail;
        }
        return switch (status.getCode()) {
            case OK -> CloseReason.reconnect("the control center ended the stream");
            case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, FAILED_PRECONDITION, INVALID_ARGUMENT ->
                CloseReason.refused(detail, cause).as(fault);
            default -> new CloseReason(Next.RETRY_WITH_BACKOFF, detail, retryAfter(trailers), cause, fault);
        };
    }

    /** A link in plaintext that broke before the other side had said anything. */
    static CloseReason beforeAWord(CloseReason reason) {
        return reason.fault() == Fault.LOST
                ? CloseReason.retry(
                                "the other side hung up before it said anything, as one does that expects TLS, or limits"
                                        + " connections: " + reason.detail(),
                                reason.cause())
                        .as(Fault.LOST)
                : reason;
    }

    private static CloseReason tlsReason(Fault fault, @Nullable Throwable cause) {
        String said = cause == null ? "" : describe(cause);
        return switch (fault) {
            case LOST ->
                CloseReason.retry(
                                "TLS: the other side hung up during the handshake, as one does that limits connections: "
                                        + said,
                                cause)
                        .as(fault);
            case UNREACHABLE -> CloseReason.retry("TLS: " + said, cause).as(fault);
            default -> CloseReason.refused("TLS: " + words(fault) + said, cause).as(fault);
        };
    }

    private static String words(Fault fault) {
        return switch (fault) {
            case TLS_UNTRUSTED -> "the certificate of the other side is from no authority that is trusted here: ";
            case TLS_EXPIRED -> "the certificate of the other side is not valid now: ";
            case TLS_WRONG_NAME -> "the certificate of the other side is for another name: ";
            case TLS_REJECTED -> "the other side did not accept our certificate, or wanted one and got none: ";
            case TLS_PROTOCOL -> "no common version or cipher, or the other side does not speak TLS: ";
            default -> "";
        };
    }

    private static Fault faultOf(Status status) {
        return switch (status.getCode()) {
            case UNAUTHENTICATED -> Fault.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Fault.PERMISSION_DENIED;
            case UNIMPLEMENTED, INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> Fault.PROTOCOL;
            case RESOURCE_EXHAUSTED ->
                saysOneOf(describe(status), List.of("exceeds maximum size")) ? Fault.PROTOCOL : Fault.BUSY;
            case OK -> Fault.OTHER;
            case INTERNAL -> Fault.PROTOCOL;
            case UNAVAILABLE, UNKNOWN -> ofLink(status);
            case CANCELLED, ABORTED, DEADLINE_EXCEEDED, DATA_LOSS, NOT_FOUND, ALREADY_EXISTS -> Fault.LOST;
        };
    }

    private static Fault ofLink(Status status) {
        int looked = 0;
        for (Throwable t = status.getCause(); t != null && looked < 32; t = t.getCause()) {
            if (t instanceof ConnectException
                    || t instanceof UnknownHostException
                    || t instanceof NoRouteToHostException
                    || t instanceof UnresolvedAddressException) {
                return Fault.UNREACHABLE;
            }
            looked++;
        }
        String words = describe(status);
        if (saysOneOf(words, List.of("unable to resolve host", "no addresses"))
                || GATEWAY.matcher(words).find()) {
            return Fault.UNREACHABLE;
        }
        return saysOneOf(words, NOT_GRPC) ? Fault.PROTOCOL : Fault.LOST;
    }

    private static boolean saysOneOf(String text, List<String> words) {
        String lower = text.toLowerCase(Locale.ROOT);
        return words.stream().anyMatch(lower::contains);
    }

    private static @Nullable Duration retryAfter(@Nullable Metadata trailers) {
        String millis = trailers == null ? null : trailers.get(RETRY_AFTER);
        if (millis == null
                || millis.isEmpty()
                || millis.length() > 10
                || !millis.chars().allMatch(Character::isDigit)) {
            return null;
        }
        return Duration.ofMillis(Math.min(Long.parseLong(millis), MOST_RETRY_MILLIS));
    }

    static Status toStatus(CloseReason reason) {
        Status status = switch (reason.next()) {
            case RECONNECT -> Status.OK;
            case RETRY_RARELY ->
                reason.fault() == Fault.UNAUTHENTICATED ? Status.UNAUTHENTICATED : Status.PERMISSION_DENIED;
            case RETRY_WITH_BACKOFF, STOP ->
                reason.fault() == Fault.BUSY ? Status.RESOURCE_EXHAUSTED : Status.UNAVAILABLE;
        };
        return status.isOk() ? status : status.withDescription(reason.detail());
    }

    static Metadata trailers(CloseReason reason) {
        Metadata trailers = new Metadata();
        Duration retryAfter = reason.retryAfter();
        if (retryAfter != null && !retryAfter.isNegative() && !retryAfter.isZero()) {
            trailers.put(RETRY_AFTER, Long.toString(retryAfter.toMillis()));
        }
        return trailers;
    }

    /** What failed and the innermost reason: "signature check failed" and "NotAfter: ..." are of use only together. */
    static String describe(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        String root = rootMessage(thrown);
        return message.contains(root) ? message : message + " (" + root + ")";
    }

    private static String describe(Status status) {
        String description = status.getDescription() == null ? "" : status.getDescription();
        Throwable cause = status.getCause();
        return cause == null ? description : description + " (" + rootMessage(cause) + ")";
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        for (int i = 0; i < 32 && root.getCause() != null; i++) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
