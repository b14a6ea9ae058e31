package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.transport.CloseReason;
import java.time.Duration;

/** Words for agents that are refused. */
final class Refusals {

    private Refusals() {}

    /** Another live instance has the epoch. */
    static Refusal conflict(StreamIntake holder) {
        String detail = "stream " + holder.epoch().streamId() + " epoch "
                + holder.epoch().epoch() + " is in use by another instance, connected from "
                + holder.session().address();
        return new Refusal(Refusal.Code.STREAM_CONFLICT, detail, Duration.ZERO);
    }

    /** For an agent that does not get as far as reading the refusal, and for what lies between. */
    static CloseReason reasonOf(Refusal refusal) {
        CloseReason.Next next = refusal.code() == Refusal.Code.BUSY
                ? CloseReason.Next.RETRY_WITH_BACKOFF
                : CloseReason.Next.RETRY_RARELY;
        CloseReason.Fault fault = switch (refusal.code()) {
            case UNAUTHENTICATED -> CloseReason.Fault.UNAUTHENTICATED;
            case PERMISSION_DENIED -> CloseReason.Fault.PERMISSION_DENIED;
            case UNSUPPORTED_VERSION, INVALID -> CloseReason.Fault.PROTOCOL;
            case BUSY -> CloseReason.Fault.BUSY;
            case UNSPECIFIED, STREAM_CONFLICT -> CloseReason.Fault.OTHER;
        };
        return new CloseReason(next, refusal.code() + ": " + refusal.detail(), refusal.retryAfter(), null, fault);
    }
}
