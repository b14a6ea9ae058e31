package dev.outpost.agent.protocol;

import java.io.IOException;

/** Bytes that are no message of the protocol. The connection that they came by is to be closed. */
public final class MalformedMessageException extends IOException {

    private static final long serialVersionUID = 1L;

    /** With what is wrong, and the cause. */
    public MalformedMessageException(String message, Throwable cause) {
        super(message, cause);
    }
}
