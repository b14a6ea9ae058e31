package dev.outpost.agent.internal.proto;

import java.io.IOException;

/** Bytes that are no protobuf message. */
public final class MalformedProtoException extends IOException {

    private static final long serialVersionUID = 1L;

    /** With what was found. */
    public MalformedProtoException(String message) {
        super(message);
    }

    /** With what was found and why. */
    public MalformedProtoException(String message, Throwable cause) {
        super(message, cause);
    }
}
