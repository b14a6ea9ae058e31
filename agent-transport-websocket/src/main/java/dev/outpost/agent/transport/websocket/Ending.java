package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.transport.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * How far the end of one link has come: first it may be closed by this side, which the other side is told, then it is gone. The
 * first reason stands, for what comes after it only follows from it. Not thread-safe.
 */
final class Ending {

    private @Nullable Close closing;
    private @Nullable CloseReason ended;

    /**
     * What this side closes a link with.
     *
     * @param reason why
     * @param code what the other side is told
     */
    record Close(CloseReason reason, int code) {}

    /** This side closes the link; false, and without effect, if its end has begun. */
    boolean close(CloseReason reason, int code) {
        if (hasBegun()) {
            return false;
        }
        closing = new Close(reason, code);
        return true;
    }

    /** The link is gone; false, and without effect, if that is known. */
    boolean end(CloseReason reason) {
        if (ended != null) {
            return false;
        }
        ended = closing == null ? reason : closing.reason();
        return true;
    }

    /** Whether nothing more is taken, of neither side. */
    boolean hasBegun() {
        return closing != null || ended != null;
    }

    /** What this side has closed it with, or null. */
    @Nullable Close closing() {
        return closing;
    }

    /** Why it has ended, or null while it has not. */
    @Nullable CloseReason ended() {
        return ended;
    }
}
