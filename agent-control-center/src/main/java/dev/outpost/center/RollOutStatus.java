package dev.outpost.center;

/**
 * Where a roll-out stands.
 *
 * @param id the template's id, and the parent of all tasks
 * @param state what it is at
 * @param paused whether the next stage waits for {@link RollOut#resume}
 * @param stage the newest stage that has begun, from 1; 0 before the first
 * @param stages how many there are, the last one with all agents included
 * @param begun how many agents have been given their task
 * @param counts where the tasks of all selected agents stand; those that have not begun are unreported
 * @param reason why it was stopped; empty while it was not
 */
public record RollOutStatus(
        String id, State state, boolean paused, int stage, int stages, int begun, TaskCounts counts, String reason) {

    /** What a roll-out is at. */
    public enum State {
        /** Tasks of the newest stage have not ended. */
        RUNNING,
        /** All tasks that have begun have ended; the next stage follows when the soak time is over. */
        SOAKING,
        /** For good: no further stage begins. Tasks may still be under way. */
        STOPPED,
        /** For good: the tasks of all agents have ended. */
        COMPLETED;

        /** Whether no further task will begin. */
        public boolean isFinal() {
            return this == STOPPED || this == COMPLETED;
        }
    }
}
