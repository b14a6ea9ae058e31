package dev.outpost.agent.internal.task;

import dev.outpost.agent.task.ClosePolicy;
import dev.outpost.agent.task.RetryPolicy;
import java.time.Duration;

/**
 * What the engine is told by the builder.
 *
 * @param queueCapacity tasks that may wait for whatever they wait for
 * @param attemptTimeout for tasks that bring none
 * @param retry for tasks that bring none
 * @param grace how long an attempt that was asked to stop may take before it is given up
 * @param resultChars how many characters of output a report carries
 * @param logRecords how many log records an attempt may publish
 * @param onClose what becomes of tasks that have not begun when the agent closes
 */
public record TaskSettings(
        int queueCapacity,
        Duration attemptTimeout,
        RetryPolicy retry,
        Duration grace,
        int resultChars,
        int logRecords,
        ClosePolicy onClose) {}
