package dev.outpost.agent.request;

/** Why a request has no answer. */
public final class RequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What went wrong. */
    public enum Reason {
        /** There is no session; nothing was sent. */
        UNAVAILABLE,
        /** The connection was lost; the request may have been handled. */
        LOST,
        /** No answer in time; the request may have been handled. */
        TIMED_OUT,
        /** Nobody there handles this type. */
        UNIMPLEMENTED,
        /** The handler failed. */
        FAILED,
        /** Too many requests wait, here or there; this one was not handled. */
        BUSY,
        /** It came too late, or its sender's clock is far off; it was not handled. */
        EXPIRED,
        /** It makes no sense to the handler. */
        INVALID
    }

    /** With a message for people, which the other side gets too when a handler throws this. */
    public RequestException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }
}
