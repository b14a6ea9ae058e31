package dev.outpost.center;

/** What the control center itself throws, or fails futures with. */
public final class CenterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public CenterException(String message) {
        super(message);
    }
}
