package dev.outpost.agent.protocol;

import dev.outpost.agent.task.TaskRequest;

/**
 * A task for the agent. Sent again with the same task id it is answered with the task's present state.
 *
 * @param request what is to be done
 */
public record TaskDispatch(TaskRequest request) implements CenterMessage {}
