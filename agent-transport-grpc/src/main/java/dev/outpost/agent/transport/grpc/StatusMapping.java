package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.CloseReason;
import io.grpc.Status;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a gRPC status means for the agent, and the other way round. Certificate trouble is UNAVAILABLE to gRPC, so it is
 * told apart by its cause.
 */
final class StatusMapping {

    private StatusMapping() {}

    static CloseReason toReason(Status status) {
        Throwable cause = status.getCause();
        Throwable tls = tlsFailure(cause);
        if (tls != null) {
            return CloseReason.refused("TLS: " + describe(tls), cause);
        }
        String detail = status.getCode() + ": " + describe(status);
        return switch (status.getCode()) {
            case OK -> CloseReason.reconnect("the control center ended the stream");
            case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, FAILED_PRECONDITION, INVALID_ARGUMENT ->
                CloseReason.refused(detail, cause);
            default -> CloseReason.retry(detail, cause);
        };
    }

    static Status toStatus(CloseReason reason) {
        Status status = switch (reason.next()) {
            case RECONNECT -> Status.OK;
            case RETRY_RARELY -> Status.PERMISSION_DENIED;
            case RETRY_WITH_BACKOFF, STOP -> Status.UNAVAILABLE;
        };
        return status.isOk() ? status : status.withDescription(reason.detail());
    }

    private static @Nullable Throwable tlsFailure(@Nullable Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException || t instanceof GeneralSecurityException) {
                return t;
            }
        }
        return null;
    }

    /** What failed and the innermost reason: "signature check failed" and "NotAfter: ..." are of use only together. */
    private static String describe(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        String root = rootMessage(thrown);
        return message.contains(root) ? message : message + " (" + root + ")";
    }

    private static String describe(Status status) {
        String description = status.getDescription() == null ? "" : status.getDescription();
        Throwable cause = status.getCause();
        return cause == null ? description : description + " (" + rootMessage(cause) + ")";
    }

    private static String rootMessage(@Nullable Throwable thrown) {
        Throwable root = thrown;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null ? "" : root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
