package dev.outpost.agent.schedule;

/**
 * Says that a cron expression is malformed, where, and what would have been allowed there.
 *
 * <p>The message is complete on its own, for instance: {@code cron expression '60 * * * *', position 0: found '60',
 * allowed is '*' or minute 0-59}.
 */
public final class CronSyntaxException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** Expressions may come from far away; a refused one must not flood the log it ends up in. */
    private static final int LONGEST_QUOTE = 300;

    private final String expression;
    private final int position;

    CronSyntaxException(String expression, int position, String found, String allowed) {
        super("cron expression '%s', position %d: found %s, allowed is %s"
                .formatted(quotable(expression), position, found, allowed));
        this.expression = expression;
        this.position = position;
    }

    /**
     * Returns the expression that was refused.
     *
     * @return the whole expression, exactly as given
     */
    public String expression() {
        return expression;
    }

    /**
     * Returns where the fault begins.
     *
     * @return the zero-based index of the offending character in {@link #expression()}; its length when more was
     *     expected after the end
     */
    public int position() {
        return position;
    }

    private static String quotable(String expression) {
        String head =
                expression.length() <= LONGEST_QUOTE ? expression : expression.substring(0, LONGEST_QUOTE) + "...";
        // One fault is one log line, whatever line breaks and escape sequences the expression carries.
        return head.replaceAll("\\p{Cntrl}", "?");
    }
}
