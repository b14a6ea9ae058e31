package dev.outpost.agent.request;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request of the other side.
 *
 * @param type names what is asked for
 * @param body with what
 * @param timeout how long the other side waits, from when it asked; zero: for ever
 * @param traceparent W3C trace context, or null
 */
public record IncomingRequest(
        String type, Body body, Duration timeout, @Nullable String traceparent) {}
