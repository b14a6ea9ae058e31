package dev.outpost.agent.task;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How an attempt ended, as its handler says. */
public sealed interface TaskResult {

    /**
     * It is done.
     *
     * @param output what came of it; cut to the agent's result limit when reported
     */
    record Succeeded(Map<String, String> output) implements TaskResult {
        /** Copies the output; checks for null. */
        public Succeeded {
            output.forEach((name, value) -> {
                Objects.requireNonNull(name, "name");
                Objects.requireNonNull(value, () -> "the output '" + name + "'");
            });
            output = Collections.unmodifiableMap(new LinkedHashMap<>(output));
        }
    }

    /**
     * It failed.
     *
     * @param reason why, for people
     * @param retryable whether another attempt may help; without one the task is FAILED at once
     */
    record Failed(String reason, boolean retryable) implements TaskResult {
        /** Checks for null. */
        public Failed {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * It could not be done now; the next attempt should wait as told. Counts as an attempt.
     *
     * @param delay how long to wait at least; null for the retry policy's own delay
     * @param reason why, for people
     */
    record RetryAfter(@Nullable Duration delay, String reason) implements TaskResult {
        private static final Duration LONGEST = Duration.ofDays(365);

        /**
         * Checks for null.
         *
         * @throws IllegalArgumentException if the delay is negative or longer than a year
         */
        public RetryAfter {
            Objects.requireNonNull(reason, "reason");
            if (delay != null && (delay.isNegative() || delay.compareTo(LONGEST) > 0)) {
                throw new IllegalArgumentException("delay is " + delay + "; allowed is PT0S to " + LONGEST);
            }
        }
    }

    /** Success without output. */
    static TaskResult succeeded() {
        return new Succeeded(Map.of());
    }

    /** Success with output. */
    static TaskResult succeeded(Map<String, String> output) {
        return new Succeeded(output);
    }

    /** A failure that another attempt may repair. */
    static TaskResult failed(String reason) {
        return new Failed(reason, true);
    }

    /** A failure that no further attempt can repair. */
    static TaskResult failedForGood(String reason) {
        return new Failed(reason, false);
    }
}
