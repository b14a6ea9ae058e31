package dev.outpost.agent.task;

/**
 * Says what an exception that a handler has thrown means for its task: another attempt may help, none can, or one later can.
 *
 * <p><b>Thread:</b> the one that ran the handler, right after it. <b>Errors:</b> what it throws itself is counted, and the failure
 * then is one that another attempt may repair.
 */
@FunctionalInterface
public interface FailureRule {

    /** What the failure means; a {@link TaskResult.Succeeded} when it does not matter. */
    TaskResult judge(Throwable failure, TaskContext context);
}
