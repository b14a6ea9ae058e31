package dev.outpost.agent;

/** What the agent itself throws; only from calls that say so. */
public class AgentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With what went wrong. */
    public AgentException(String message) {
        super(message);
    }
}
