package dev.outpost.agent.request;

/**
 * SPI: answers requests of one type.
 *
 * <p><b>Thread:</b> a worker, several at once. <b>Blocking:</b> yes, but a handler that is still at work when the other side's time is over
 * works for nobody; it is interrupted when the agent closes. <b>Errors:</b> a {@link RequestException} goes to the other side
 * with its reason and message; of anything else thrown only the class is told.
 */
@FunctionalInterface
public interface RequestHandler {

    /** The answer. */
    Body handle(IncomingRequest request) throws Exception;
}
