package dev.outpost.agent.task;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the tasks of one type are run. Immutable; each method gives changed options.
 *
 * @param executor where they run; null for the agent's usual executor, which is the agent's to close like all that are given here
 * @param limit how many of them may run at once: 1 to 1,000,000
 * @param attemptTimeout how long an attempt may take when its task does not say; null for the agent's default
 * @param retry how failed attempts are repeated when the task does not say; null for the agent's default
 * @param failures what a thrown exception means; null: another attempt may help
 * @param breaker when the type is left alone because its attempts fail; null for never
 */
public record TaskOptions(
        @Nullable TaskExecutor executor,
        int limit,
        @Nullable Duration attemptTimeout,
        @Nullable RetryPolicy retry,
        @Nullable FailureRule failures,
        @Nullable BreakerPolicy breaker) {

    private static final int NO_LIMIT = 1_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final TaskOptions DEFAULTS = new TaskOptions(null, NO_LIMIT, null, null, null, null);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TaskOptions {
        if (limit < 1 || limit > NO_LIMIT) {
            throw new IllegalArgumentException("limit is " + limit + "; allowed is 1 to " + NO_LIMIT);
        }
        if (attemptTimeout != null
                && (attemptTimeout.compareTo(SHORTEST) < 0 || attemptTimeout.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException(
                    "attemptTimeout is " + attemptTimeout + "; allowed is " + SHORTEST + " to " + LONGEST);
        }
    }

    /** The agent's usual executor and defaults, without limit of its own and circuit breaker. */
    public static TaskOptions defaults() {
        return DEFAULTS;
    }

    /** Where they run. */
    public TaskOptions on(TaskExecutor where) {
        Objects.requireNonNull(where, "executor");
        return new TaskOptions(where, limit, attemptTimeout, retry, failures, breaker);
    }

    /** How many may run at once. */
    public TaskOptions limit(int most) {
        return new TaskOptions(executor, most, attemptTimeout, retry, failures, breaker);
    }

    /** How long an attempt may take when its task does not say. */
    public TaskOptions attemptTimeout(Duration timeout) {
        return new TaskOptions(executor, limit, timeout, retry, failures, breaker);
    }

    /** How failed attempts are repeated when the task does not say. */
    public TaskOptions retry(RetryPolicy policy) {
        return new TaskOptions(executor, limit, attemptTimeout, policy, failures, breaker);
    }

    /** What a thrown exception means. */
    public TaskOptions failures(FailureRule rule) {
        return new TaskOptions(executor, limit, attemptTimeout, retry, rule, breaker);
    }

    /** When the type is left alone because its attempts fail. */
    public TaskOptions breaker(BreakerPolicy policy) {
        return new TaskOptions(executor, limit, attemptTimeout, retry, failures, policy);
    }
}
