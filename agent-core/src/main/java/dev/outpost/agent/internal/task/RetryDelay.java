package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.RetryPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** The wait before the next attempt, as {@link RetryPolicy} describes it. */
final class RetryDelay {

    private RetryDelay() {}

    /**
     * The wait after so many attempts.
     *
     * @param attempts 1 or more
     */
    static Duration of(RetryPolicy policy, int attempts, RandomGenerator random) {
        int doublings = Math.min(attempts - 1, 30);
        double full = Math.min(
                (double) policy.maxDelay().toNanos(),
                (double) policy.initialDelay().toNanos() * Math.scalb(1.0, doublings));
        return Duration.ofNanos((long) (full * (1 - random.nextDouble() / 2)));
    }
}
