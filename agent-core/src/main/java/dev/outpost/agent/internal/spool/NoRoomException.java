package dev.outpost.agent.internal.spool;

import java.io.IOException;

/** The disk is well, but the spool's bounds leave no room, and nothing is there that may be given up for it. */
public final class NoRoomException extends IOException {

    private static final long serialVersionUID = 1;

    NoRoomException(String message) {
        super(message);
    }
}
