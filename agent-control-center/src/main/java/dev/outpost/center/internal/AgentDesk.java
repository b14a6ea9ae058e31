package dev.outpost.center.internal;

import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.IncomingRequest;
import dev.outpost.agent.request.RequestException;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.AgentRequestHandler;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Gives agents' requests to their handlers, on threads of its own: a handler that hangs delays requests, and nothing else.
 * Thread-safe.
 */
final class AgentDesk {

    private static final int MOST_WAITING = 1_000;
    private static final long KEEP_ALIVE_SECONDS = 5;

    private final Map<String, AgentRequestHandler> handlers;
    private final Workers workers;
    private final ThreadPoolExecutor pool;

    AgentDesk(Map<String, AgentRequestHandler> handlers, int threads, Workers workers) {
        this.handlers = Map.copyOf(handlers);
        this.workers = workers;
        this.pool = new ThreadPoolExecutor(
                threads,
                threads,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Workers.threads("request"));
        pool.allowCoreThreadTimeOut(true);
    }

    /** Has a request handled; {@code answer} gets one answer, at once or on a worker. */
    void take(AgentInfo agent, Request request, Consumer<Response> answer) {
        AgentRequestHandler handler = handlers.get(request.type());
        if (handler == null) {
            workers.count("requests.in{unimplemented}");
            answer.accept(Response.of(Response.Status.UNIMPLEMENTED, "no handler for '" + request.type() + "'"));
            return;
        }
        long taken = System.nanoTime();
        try {
            pool.execute(() -> answer.accept(handle(handler, agent, request, taken)));
        } catch (RejectedExecutionException e) {
            workers.count("requests.in{busy}");
            answer.accept(Response.of(Response.Status.BUSY, MOST_WAITING + " requests wait already"));
        }
    }

    private Response handle(AgentRequestHandler handler, AgentInfo agent, Request request, long taken) {
        if (!request.timeout().isZero()
                && System.nanoTime() - taken >= request.timeout().toNanos()) {
            workers.count("requests.in{expired}");
            return Response.of(Response.Status.EXPIRED, "it waited for all of its " + request.timeout());
        }
        IncomingRequest incoming = new IncomingRequest(
                request.type(),
                new Body(request.contentType(), request.body()),
                request.timeout(),
                request.traceparent());
        try {
            Body body = handler.handle(agent, incoming);
            int size = body.bytes().remaining();
            if (size <= Body.MAX_BYTES) {
                workers.count("requests.in{handled}");
                return new Response(Response.Status.OK, body.contentType(), body.bytes(), "");
            }
            workers.count("requests.in{failed}");
            return Response.of(
                    Response.Status.FAILED, "the answer has " + size + " bytes; allowed are " + Body.MAX_BYTES);
        } catch (RequestException e) {
            workers.count("requests.in{failed}");
            return Response.of(statusOf(e.reason()), String.valueOf(e.getMessage()));
        } catch (Throwable t) { // user code: any Error must be survived as well
            workers.count("requests.in{failed}");
            workers.failed("request handler " + request.type(), t);
            return Response.of(
                    Response.Status.FAILED,
                    "the handler ended with " + t.getClass().getName());
        }
    }

    private static Response.Status statusOf(RequestException.Reason reason) {
        return switch (reason) {
            case UNIMPLEMENTED -> Response.Status.UNIMPLEMENTED;
            case BUSY -> Response.Status.BUSY;
            case EXPIRED -> Response.Status.EXPIRED;
            case INVALID -> Response.Status.INVALID;
            case UNAVAILABLE, LOST, TIMED_OUT, FAILED -> Response.Status.FAILED;
        };
    }

    void close() {
        pool.shutdownNow();
    }
}
