package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.RetryPolicy;
import java.time.Duration;

/**
 * What the engine is told by the builder.
 *
 * @param queueCapacity tasks that may wait for a slot
 * @param attemptTimeout for tasks that bring none
 * @param retry for tasks that bring none
 * @param grace how long an attempt that was asked to stop may take before it is given up
 */
public record TaskSettings(int queueCapacity, Duration attemptTimeout, RetryPolicy retry, Duration grace) {}
