package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.CloseReason.Next;
import java.nio.charset.StandardCharsets;

/**
 * What close codes (RFC 6455, section 7.4, and IANA's registry of them) mean here, and which are sent. The table is in the
 * package's description and in {@code docs/protocol.md}.
 */
final class CloseCodes {

    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int NOT_ACCEPTABLE = 1003;
    static final int NO_CODE = 1005;
    static final int ABNORMAL = 1006;
    static final int NOT_CONSISTENT = 1007;
    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int INTERNAL_ERROR = 1011;
    static final int SERVICE_RESTART = 1012;
    static final int TRY_LATER = 1013;

    /** The client of the JDK sends none of 1002, 1003, 1007 and 1009; it says the same with 3000 more. */
    private static final int AGENTS_OWN = 3000;

    private static final int REFUSED = 4400;
    private static final int UNAUTHENTICATED = 4401;
    private static final int PERMISSION_DENIED = 4403;
    private static final int FAILED = 4500;

    /** RFC 6455, section 5.5.1: a control frame has 125 bytes, of which the code takes two. */
    private static final int MAX_REASON_BYTES = 123;

    private CloseCodes() {}

    /** What a code of the control center means for an agent. */
    static CloseReason toReason(int code, String text) {
        String detail = "the control center closed with " + code + (text.isEmpty() ? "" : ": " + text);
        return switch (code) {
            case NORMAL -> CloseReason.reconnect(detail);
            case GOING_AWAY, SERVICE_RESTART, INTERNAL_ERROR -> CloseReason.retry(detail, null);
            case NO_CODE, ABNORMAL -> CloseReason.retry(detail, null).as(Fault.LOST);
            case TRY_LATER -> CloseReason.retry(detail, null).as(Fault.BUSY);
            case PROTOCOL_ERROR, NOT_CONSISTENT, TOO_BIG ->
                CloseReason.retry(detail, null).as(Fault.PROTOCOL);
            case NOT_ACCEPTABLE -> CloseReason.refused(detail, null).as(Fault.PROTOCOL);
            case POLICY -> CloseReason.refused(detail, null).as(Fault.PERMISSION_DENIED);
            default -> ofApplication(code, detail);
        };
    }

    private static CloseReason ofApplication(int code, String detail) {
        if (code == UNAUTHENTICATED) {
            return CloseReason.refused(detail, null).as(Fault.UNAUTHENTICATED);
        }
        if (code == PERMISSION_DENIED) {
            return CloseReason.refused(detail, null).as(Fault.PERMISSION_DENIED);
        }
        if (code >= REFUSED && code < FAILED) {
            return CloseReason.refused(detail, null);
        }
        return CloseReason.retry(detail, null);
    }

    /** What a code of an agent means for a control center; it is for logs only. */
    static CloseReason toReasonOfAgent(int code, String text) {
        String detail = "the agent closed with " + code + (text.isEmpty() ? "" : ": " + text);
        return switch (code) {
            case NORMAL -> CloseReason.reconnect(detail);
            case NO_CODE, ABNORMAL -> CloseReason.retry(detail, null).as(Fault.LOST);
            default ->
                code >= AGENTS_OWN + NORMAL && code < AGENTS_OWN + NORMAL + 100
                        ? CloseReason.retry(detail, null).as(Fault.PROTOCOL)
                        : CloseReason.retry(detail, null);
        };
    }

    /** What a control center closes with. */
    static int ofCenter(CloseReason reason) {
        return switch (reason.next()) {
            case RECONNECT -> NORMAL;
            case STOP -> GOING_AWAY;
            case RETRY_RARELY ->
                switch (reason.fault()) {
                    case UNAUTHENTICATED -> UNAUTHENTICATED;
                    case PERMISSION_DENIED -> PERMISSION_DENIED;
                    default -> REFUSED;
                };
            case RETRY_WITH_BACKOFF ->
                reason.fault() == Fault.BUSY ? TRY_LATER : reason.fault() == Fault.PROTOCOL ? PROTOCOL_ERROR : FAILED;
        };
    }

    /** What an agent closes with. */
    static int ofAgent(CloseReason reason) {
        if (reason.fault() == Fault.PROTOCOL) {
            return agents(PROTOCOL_ERROR);
        }
        return reason.next() == Next.STOP || reason.next() == Next.RECONNECT ? NORMAL : FAILED;
    }

    /** The code that an agent sends for one that its WebSocket does not let it send. */
    static int agents(int code) {
        return switch (code) {
            case PROTOCOL_ERROR, NOT_ACCEPTABLE, NOT_CONSISTENT, TOO_BIG -> code + AGENTS_OWN;
            default -> code;
        };
    }

    /** Cut to what a Close frame takes, at a whole character. */
    static String reasonText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= MAX_REASON_BYTES) {
            return new String(utf8, StandardCharsets.UTF_8);
        }
        int end = MAX_REASON_BYTES;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(utf8, 0, end, StandardCharsets.UTF_8);
    }
}
