package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.RetryPolicy;
import dev.outpost.agent.task.TaskResult;
import dev.outpost.agent.task.TaskState;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the end of an attempt means for its task: a final state, or another attempt after a delay.
 *
 * @param next the state to go to
 * @param detail why
 * @param output what came of it
 * @param delay the wait before the next attempt, with {@link TaskState#RETRY_WAIT}
 */
record Verdict(
        TaskState next,
        String detail,
        Map<String, String> output,
        @Nullable Duration delay) {

    /**
     * The verdict. Success counts even when it came after a request to stop: the work is done.
     *
     * @param mayRetry whether there may be further attempts at all
     */
    static Verdict of(Task task, TaskResult result, RetryPolicy policy, boolean mayRetry, RandomGenerator random) {
        if (result instanceof TaskResult.Succeeded succeeded) {
            return new Verdict(TaskState.SUCCEEDED, "", succeeded.output(), null);
        }
        boolean again = mayRetry && task.attempts < policy.maxAttempts();
        return switch (task.stop) {
            case CANCEL -> end(TaskState.CANCELLED, task.stopReason);
            case DEADLINE -> end(TaskState.TIMED_OUT, task.stopReason);
            case TIMEOUT ->
                again ? retry(task, task.stopReason, null, policy, random) : end(TaskState.TIMED_OUT, task.stopReason);
            case NONE -> ofFailure(task, result, policy, again, random);
        };
    }

    private static Verdict ofFailure(
            Task task, TaskResult result, RetryPolicy policy, boolean again, RandomGenerator random) {
        if (result instanceof TaskResult.RetryAfter later) {
            return again
                    ? retry(task, later.reason(), later.delay(), policy, random)
                    : end(TaskState.FAILED, later.reason());
        }
        if (result instanceof TaskResult.Failed failed) {
            return again && failed.retryable()
                    ? retry(task, failed.reason(), null, policy, random)
                    : end(TaskState.FAILED, failed.reason());
        }
        throw new IllegalArgumentException("a success is no failure: " + result);
    }

    private static Verdict end(TaskState state, String detail) {
        return new Verdict(state, detail, Map.of(), null);
    }

    private static Verdict retry(
            Task task, String detail, @Nullable Duration asked, RetryPolicy policy, RandomGenerator random) {
        Duration delay = asked == null ? RetryDelay.of(policy, task.attempts, random) : asked;
        return new Verdict(TaskState.RETRY_WAIT, detail, Map.of(), delay);
    }
}
