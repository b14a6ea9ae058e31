package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The application's own requests on one connection, in both directions: how many of the agent's are in hand here, and, with {@link
 * AskedAgent}, what the agent was asked. Few connections ever carry one to the agent, so that is made for the first. Thread-safe.
 */
final class Requests {

    private static final int MOST_IN_HAND = 16;
    private static final long MOST_ANSWER_BYTES = 4L << 20;

    private final Outbound outbound;
    private final AgentDesk desk;
    private final Workers workers;
    private final AtomicInteger inHand = new AtomicInteger();
    private volatile @Nullable AskedAgent asked; // set once, guarded by this
    private volatile boolean closed;

    Requests(Outbound outbound, AgentDesk desk, Workers workers) {
        this.outbound = outbound;
        this.desk = desk;
        this.workers = workers;
    }

    // ---- to the agent, from any thread ----------------------------------------------------------------------------

    /** Asks the agent; the future completes on its callbacks. */
    CompletableFuture<Body> ask(AgentEntry agent, String type, Body body, Duration timeout) {
        AskedAgent open;
        synchronized (this) {
            open = asked == null ? new AskedAgent(outbound, workers, agent.callbacks()) : asked;
            asked = open;
        }
        if (closed) {
            open.close(); // nobody else may have seen it
        }
        return open.ask(type, body, timeout);
    }

    /** The agent has answered the message with that number. */
    void answered(long messageId, Response response) {
        AskedAgent open = asked;
        if (open == null || !open.answer(messageId, response)) {
            workers.count("protocol.ignored{late_response}");
        }
    }

    /** The agent could make nothing of the message with that number, which may have been a request. */
    void rejected(long messageId, String detail) {
        AskedAgent open = asked;
        if (open != null) {
            open.rejected(messageId, detail);
        }
    }

    /** No answer comes any more. */
    void close() {
        closed = true;
        AskedAgent open = asked;
        if (open != null) {
            open.close();
        }
    }

    // ---- of the agent, on the connection's thread -----------------------------------------------------------------

    /** Has a request handled and answered. An agent that asks more than it listens to is not worked for. */
    void take(AgentEntry agent, long messageId, Request request) {
        if (inHand.get() >= MOST_IN_HAND || outbound.bytes() > MOST_ANSWER_BYTES) {
            workers.count("requests.in{busy}");
            outbound.send(Response.of(Response.Status.BUSY, "too many requests of this agent wait"), messageId);
            return;
        }
        inHand.incrementAndGet();
        desk.take(agent.info(), request, response -> {
            inHand.decrementAndGet();
            outbound.send(response, messageId);
        });
    }
}
