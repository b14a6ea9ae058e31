package dev.outpost.agent.internal.request;

import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.protocol.Request;
import dev.outpost.agent.protocol.Response;
import dev.outpost.agent.request.Body;
import dev.outpost.agent.request.IncomingRequest;
import dev.outpost.agent.request.RequestException;
import dev.outpost.agent.request.RequestHandler;
import dev.outpost.agent.schedule.AgentClock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Gives requests to the host's handlers and brings their answers back. Any thread. */
public final class RequestDesk {

    private static final int WORKERS = 2;
    private static final int MOST_WAITING = 64;
    private static final long MOST_BYTES = 8L << 20;
    private static final long KEEP_ALIVE_SECONDS = 5;

    private final Map<String, RequestHandler> handlers;
    private final AgentClock clock;
    private final Guard guard;
    private final Counters counters;
    private final ThreadPoolExecutor workers;
    private final AtomicLong bytes = new AtomicLong();

    /** Without a thread yet. */
    public RequestDesk(Map<String, RequestHandler> handlers, AgentClock clock, Guard guard, Counters counters) {
        this.handlers = Map.copyOf(handlers);
        this.clock = clock;
        this.guard = guard;
        this.counters = counters;
        this.workers = new ThreadPoolExecutor(
                WORKERS,
                WORKERS,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                AgentThreads.workers("request"));
        workers.allowCoreThreadTimeOut(true);
    }

    /** What it has handlers for, sorted. */
    public List<String> types() {
        return handlers.keySet().stream().sorted().toList();
    }

    /** Has a request handled; {@code answer} gets one answer, at once or on a worker. */
    public void take(Request request, Consumer<Response> answer) {
        RequestHandler handler = handlers.get(request.type());
        if (handler == null) {
            end(
                    "unimplemented",
                    Response.of(Response.Status.UNIMPLEMENTED, "no handler for '" + request.type() + "'"),
                    answer);
            return;
        }
        long taken = clock.nanoTime();
        int size = request.body().remaining();
        if (bytes.get() + size > MOST_BYTES) {
            String why = "requests with " + bytes.get() + " bytes wait already";
            end("busy", Response.of(Response.Status.BUSY, why), answer);
            return;
        }
        bytes.addAndGet(size);
        try {
            workers.execute(() -> {
                bytes.addAndGet(-size);
                handle(handler, request, taken, answer);
            });
        } catch (RejectedExecutionException e) {
            bytes.addAndGet(-size);
            String why = workers.isShutdown() ? "the agent is closing" : MOST_WAITING + " requests wait already";
            end("busy", Response.of(Response.Status.BUSY, why), answer);
        }
    }

    private void handle(RequestHandler handler, Request request, long taken, Consumer<Response> answer) {
        long waited = clock.nanoTime() - taken;
        if (!request.timeout().isZero() && waited >= request.timeout().toNanos()) {
            end(
                    "expired",
                    Response.of(Response.Status.EXPIRED, "it waited for all of its " + request.timeout()),
                    answer);
            return;
        }
        IncomingRequest incoming = new IncomingRequest(
                request.type(),
                new Body(request.contentType(), request.body()),
                request.timeout(),
                request.traceparent());
        Response[] response = new Response[1];
        Throwable thrown = guard.run("request handler " + request.type(), () -> {
            try {
                response[0] = answerOf(handler.handle(incoming));
            } catch (RequestException e) {
                response[0] = Response.of(statusOf(e.reason()), String.valueOf(e.getMessage()));
            }
        });
        Response known = response[0];
        if (thrown != null || known == null) {
            String what = thrown == null ? "nothing" : thrown.getClass().getName();
            known = Response.of(Response.Status.FAILED, "the handler ended with " + what);
        }
        end(known.status() == Response.Status.OK ? "handled" : "failed", known, answer);
    }

    private static Response answerOf(Body body) {
        int size = body.bytes().remaining();
        if (size > Body.MAX_BYTES) {
            return Response.of(
                    Response.Status.FAILED, "the answer has " + size + " bytes; allowed are " + Body.MAX_BYTES);
        }
        return new Response(Response.Status.OK, body.contentType(), body.bytes(), "");
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

    private void end(String outcome, Response response, Consumer<Response> answer) {
        counters.counter("requests.in", outcome).increment();
        answer.accept(response);
    }

    /** Takes nothing more; what waits is not handled, and what is being handled is interrupted. */
    public void close() {
        workers.shutdownNow();
    }

    /** Waits for the end after {@link #close}. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return workers.awaitTermination(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    }
}
