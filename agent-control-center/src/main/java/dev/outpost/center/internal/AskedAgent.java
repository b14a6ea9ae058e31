package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestException.Reason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Requests to the agent of one connection that are not answered. Guarded by itself; futures complete on the agent's callbacks. */
final class AskedAgent {

    private static final int MOST_OPEN = 1_000;
    private static final long MOST_BYTES = 16L << 20;

    private final Outbound outbound;
    private final Workers workers;
    private final Executor callbacks;
    private final Map<Long, Open> open = new HashMap<>();
    private long bytes;
    private boolean closed;

    AskedAgent(Outbound outbound, Workers workers, Executor callbacks) {
        this.outbound = outbound;
        this.workers = workers;
        this.callbacks = callbacks;
    }

    private record Open(CompletableFuture<Body> answer, int bytes, Future<?> patience) {}

    /** Asks. */
    CompletableFuture<Body> ask(String type, Body body, Duration timeout) {
        CompletableFuture<Body> answer = new CompletableFuture<>();
        ByteBuffer content = body.bytes();
        int size = content.remaining();
        synchronized (this) {
            if (closed) {
                fail(answer, Reason.UNAVAILABLE, "the agent's connection has just ended");
            } else if (open.size() >= MOST_OPEN || bytes + size > MOST_BYTES) {
                fail(answer, Reason.BUSY, open.size() + " requests to this agent wait for their answers");
            } else {
                long id = outbound.send(new Request(type, body.contentType(), content, timeout, null), 0);
                bytes += size;
                open.put(id, new Open(answer, size, workers.after(timeout, () -> timeOut(id, timeout))));
            }
        }
        return answer;
    }

    private void timeOut(long id, Duration timeout) {
        Open waiting = remove(id);
        if (waiting != null) {
            fail(waiting.answer(), Reason.TIMED_OUT, "no answer within " + timeout);
        }
    }

    private synchronized @Nullable Open remove(long id) {
        Open waiting = open.remove(id);
        if (waiting != null) {
            bytes -= waiting.bytes();
        }
        return waiting;
    }

    /** An answer came; false when nobody waits for it (any more). */
    boolean answer(long id, Response response) {
        Open waiting = remove(id);
        if (waiting == null) {
            return false;
        }
        waiting.patience().cancel(false);
        if (response.status() == Response.Status.OK) {
            Body body = new Body(response.contentType(), response.body());
            workers.complete(callbacks, () -> waiting.answer().complete(body));
        } else {
            fail(waiting.answer(), reason(response.status()), response.detail());
        }
        return true;
    }

    /** The agent could make nothing of the message with that id. */
    void rejected(long id, String detail) {
        Open waiting = remove(id);
        if (waiting != null) {
            waiting.patience().cancel(false);
            fail(waiting.answer(), Reason.INVALID, detail);
        }
    }

    /** The connection has ended. */
    void close() {
        List<Open> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(open.values());
            open.clear();
            bytes = 0;
        }
        for (Open waiting : all) {
            waiting.patience().cancel(false);
            fail(waiting.answer(), Reason.LOST, "the agent's connection has ended; it may have handled the request");
        }
    }

    private void fail(CompletableFuture<Body> answer, Reason reason, String detail) {
        workers.complete(callbacks, () -> answer.completeExceptionally(new RequestException(reason, detail)));
    }

    private static Reason reason(Response.Status status) {
        return switch (status) {
            case UNIMPLEMENTED -> Reason.UNIMPLEMENTED;
            case BUSY -> Reason.BUSY;
            case EXPIRED -> Reason.EXPIRED;
            case INVALID -> Reason.INVALID;
            case OK, FAILED, UNSPECIFIED -> Reason.FAILED;
        };
    }
}
