package dev.outpost.agent;

/**
 * Where the agent stands in its life.
 *
 * <pre>
 *   NEW ─▶ STARTING ─▶ ONLINE ⇄ OFFLINE ─▶ DRAINING ─▶ CLOSED
 *             └───────────────────▲  (STARTING too may go to DRAINING; NEW goes to CLOSED)
 * </pre>
 */
public enum AgentState {
    /** Built, not started. */
    NEW,
    /** Started; the first attempt to reach the control center is under way. */
    STARTING,
    /** The control center has let it in. */
    ONLINE,
    /** The control center is out of reach; schedules and running tasks go on, telemetry is kept. */
    OFFLINE,
    /** Closing: takes no further work, finishes and delivers what it has. */
    DRAINING,
    /** Closed; no thread is left. */
    CLOSED;

    /** Whether an agent in this state may go to {@code next}. */
    public boolean permits(AgentState next) {
        return switch (this) {
            case NEW -> next == STARTING || next == CLOSED;
            case STARTING, ONLINE, OFFLINE -> next == ONLINE || next == OFFLINE || next == DRAINING;
            case DRAINING -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
