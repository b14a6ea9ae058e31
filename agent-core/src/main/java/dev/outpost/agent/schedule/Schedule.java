package dev.outpost.agent.schedule;

import dev.outpost.agent.task.OverlapPolicy;
import dev.outpost.agent.task.TaskRequest;
import java.time.Duration;
import java.util.Objects;

/**
 * A task that runs again and again: what, and when. Given in code, or pushed by the control center.
 *
 * <p>Each firing makes a task with the template's values, the id {@code schedule/<name>/<instant it was due>} and, unless the
 * template has one, the concurrency key {@code schedule/<name>}: {@link #overlap} says what happens while the task of an earlier
 * firing has not ended. A firing that somebody asked for has {@code /asked} at the end of its id.
 *
 * @param name names it; 1 to 64 characters, none of them {@code /}
 * @param trigger when
 * @param template the task; its id is replaced at every firing
 * @param overlap what to do while the task of an earlier firing has not ended
 * @param misfire what becomes of firings that could not happen in time
 * @param jitter firings are put off by up to so long, so that many agents do not fire as one: each agent and schedule by an
 *     amount of its own that stays the same, so that their order stays too. Zero to one day
 * @param paused whether it begins paused
 */
public record Schedule(
        String name,
        Trigger trigger,
        TaskRequest template,
        OverlapPolicy overlap,
        MisfirePolicy misfire,
        Duration jitter,
        boolean paused) {

    private static final int MOST_NAME_CHARS = 64;
    private static final Duration LONGEST_JITTER = Duration.ofDays(1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Schedule {
        Objects.requireNonNull(trigger, "trigger");
        Objects.requireNonNull(template, "template");
        Objects.requireNonNull(overlap, "overlap");
        Objects.requireNonNull(misfire, "misfire");
        if (name.isEmpty() || name.length() > MOST_NAME_CHARS || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("the schedule's name is '" + name + "'; allowed are 1 to "
                    + MOST_NAME_CHARS + " characters other than /");
        }
        if (jitter.isNegative() || jitter.compareTo(LONGEST_JITTER) > 0) {
            throw new IllegalArgumentException("jitter is " + jitter + "; allowed is PT0S to " + LONGEST_JITTER);
        }
    }

    /** Collects a schedule. */
    public static Builder of(String name, Trigger trigger, TaskRequest template) {
        return new Builder(name, trigger, template);
    }

    /** Collects the parts of a schedule. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private final Trigger trigger;
        private final TaskRequest template;
        private OverlapPolicy overlap = OverlapPolicy.SKIP;
        private MisfirePolicy misfire = MisfirePolicy.fireOnce();
        private Duration jitter = Duration.ZERO;
        private boolean paused;

        private Builder(String name, Trigger trigger, TaskRequest template) {
            this.name = name;
            this.trigger = trigger;
            this.template = template;
        }

        /** What to do while the task of an earlier firing has not ended; default {@link OverlapPolicy#SKIP}. */
        public Builder overlap(OverlapPolicy overlap) {
            this.overlap = overlap;
            return this;
        }

        /** What becomes of firings that could not happen in time; default {@link MisfirePolicy#fireOnce}. */
        public Builder misfire(MisfirePolicy misfire) {
            this.misfire = misfire;
            return this;
        }

        /** By how much firings are put off at most; default zero. */
        public Builder jitter(Duration jitter) {
            this.jitter = jitter;
            return this;
        }

        /** Begins paused. */
        public Builder paused() {
            return paused(true);
        }

        /** Whether it begins paused. */
        public Builder paused(boolean paused) {
            this.paused = paused;
            return this;
        }

        /**
         * The schedule.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public Schedule build() {
            return new Schedule(name, trigger, template, overlap, misfire, jitter, paused);
        }
    }
}
