package dev.outpost.center;

import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.IncomingRequest;

/**
 * SPI: answers requests of one type that agents send.
 *
 * <p><b>Thread:</b> a worker for requests, several at once, also for one agent. <b>Blocking:</b> yes; while all workers are busy further requests
 * wait, and are refused when too many do. <b>Errors:</b> a {@link dev.outpost.agent.request.RequestException} goes to the
 * agent with its reason and message; of anything else thrown only the class is told.
 */
@FunctionalInterface
public interface AgentRequestHandler {

    /** The answer to an agent that is let in. */
    Body handle(AgentInfo agent, IncomingRequest request) throws Exception;
}
