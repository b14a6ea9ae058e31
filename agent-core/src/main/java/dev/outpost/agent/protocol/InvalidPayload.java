package dev.outpost.agent.protocol;

/**
 * A message that is well-formed but says something that cannot be: a priority out of range, a task without an id. It is
 * answered with a {@link Rejection} of code {@code INVALID}; the connection goes on. Never sent.
 *
 * @param problem what is wrong, for people; of more than 1,000 characters the rest is cut
 */
public record InvalidPayload(String problem) implements AgentMessage, CenterMessage {

    private static final int MOST_CHARS = 1_000;

    /** Cuts the problem: it may quote a text of the peer's, and goes back to it. */
    public InvalidPayload {
        if (problem.length() > MOST_CHARS) {
            problem = problem.substring(0, MOST_CHARS);
        }
    }
}
