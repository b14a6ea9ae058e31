package dev.outpost.agent.log;

/** A record that was to be durable is not: it was not taken, or given up. */
public final class NotDurableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /** For a reason: a word, as in the agent's counters. */
    public NotDurableException(String reason) {
        super("the record is not durable: " + reason);
        this.reason = reason;
    }

    /** Why, as a word: {@code not_taken}, {@code spool_failed}, {@code lane_full}, {@code rejected}, {@code closed} … */
    public String reason() {
        return reason;
    }
}
