package dev.outpost.agent.task;

/**
 * User code for one task type.
 *
 * <p><b>Thread:</b> one of the task executor's; several at once for different tasks of the type, so a handler must be
 * thread-safe. <b>Blocking:</b> allowed. <b>Stopping:</b> on timeout or cancel the thread is interrupted and
 * {@link TaskContext#cancelled} turns true; a handler that ends neither way within the grace period is given up: its task
 * is reported as ended, its thread counted as leaked and replaced in the pool. <b>Errors:</b> a thrown exception is a
 * failed attempt, retried as the retry policy says.
 */
@FunctionalInterface
public interface TaskHandler {

    /** Does one attempt of {@code task}. */
    TaskResult handle(TaskRequest task, TaskContext context) throws Exception;
}
