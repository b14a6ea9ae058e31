package dev.outpost.agent.internal.session;

import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;

/** What a refusal means to a connection. */
final class Refusals {

    private Refusals() {}

    static CloseReason reason(Refusal refusal) {
        String detail = "refused by the control center: " + refusal.code() + " " + refusal.detail();
        Next next = switch (refusal.code()) {
            case BUSY, STREAM_CONFLICT -> Next.RETRY_WITH_BACKOFF;
            case UNSPECIFIED, UNAUTHENTICATED, PERMISSION_DENIED, UNSUPPORTED_VERSION, INVALID -> Next.RETRY_RARELY;
        };
        Fault fault = switch (refusal.code()) {
            case BUSY -> Fault.BUSY;
            case UNAUTHENTICATED -> Fault.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Fault.PERMISSION_DENIED;
            case UNSUPPORTED_VERSION, INVALID -> Fault.PROTOCOL;
            case UNSPECIFIED, STREAM_CONFLICT -> Fault.OTHER;
        };
        return new CloseReason(next, detail, refusal.retryAfter(), null, fault);
    }
}
