package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.sink.SinkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Moves the batches of one lane to a sink, one at a time, again and again until it takes them. Control loop; the sink itself
 * is called on a thread of its own, which ends when there is nothing to send.
 */
public final class SinkPump {

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

    /** After so many failures that are the batch's own it is taken for one that will never go. */
    private static final int MOST_REFUSALS = 5;

    private final String name;
    private final Destination sink;
    private final Lane lane;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final CircuitBreaker breaker;
    private final Guard guard;
    private final ThrottledLog log;
    private final Counters counters;
    private final ThreadPoolExecutor thread;
    private long attempt;
    private boolean connected = true;
    private boolean busy;

    /** The sink's method has been called and has not returned: it is not called a second time meanwhile. */
    private boolean calling;

    private Timers.@Nullable Timer timeout;

    /** A pump for {@code lane}, whose window is 1. */
    public SinkPump(
            Destination sink,
            Lane lane,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        this.name = lane.name();
        this.sink = sink;
        this.lane = lane;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.breaker = new CircuitBreaker(random);
        this.guard = guard;
        this.log = log;
        this.counters = counters;
        this.thread = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), AgentThreads.workers("sink-" + name));
        this.thread.allowCoreThreadTimeOut(true);
    }

    /** Starts the next send, if there is something to send and none is under way; once per turn of the control loop. */
    public int pump() {
        if (busy || calling) {
            return 0;
        }
        for (Chain chain : lane.chains()) {
            Chain.Offer offer = chain.next();
            if (offer != null) {
                chain.sent(offer);
                start(chain, offer);
                return 1;
            }
        }
        return 0;
    }

    private void start(Chain chain, Chain.Offer offer) {
        StreamPosition position = offer.run().position(offer.entry().through());
        ClosedBatch batch = offer.entry().batch();
        if (batch == null) {
            chain.ack(position); // the gap concerns nobody here
            return;
        }
        busy = true;
        calling = true;
        breaker.onTry();
        long number = ++attempt;
        timeout = timers.schedule(
                clock.nanoTime() + SEND_TIMEOUT.toNanos(),
                () -> onFailed(number, chain, position, new TimeoutException("no answer in " + SEND_TIMEOUT)));
        thread.execute(() -> send(number, chain, position, batch));
    }

    private void send(long number, Chain chain, StreamPosition position, ClosedBatch batch) {
        Throwable thrown = guard.run("sink " + name, () -> {
            CompletionStage<?> stage = sink.send(position, batch);
            stage.whenComplete((ignored, failure) -> inbox.post(() -> {
                if (failure == null) {
                    onTaken(number, chain, position);
                } else {
                    onFailed(number, chain, position, failure);
                }
            }));
        });
        inbox.post(() -> {
            calling = false;
            if (thrown != null) {
                onFailed(number, chain, position, thrown);
            }
        });
    }

    private void onTaken(long number, Chain chain, StreamPosition position) {
        if (isOver(number)) {
            return;
        }
        if (breaker.state() != CircuitBreaker.State.CLOSED || !connected) {
            connected = true;
            lane.gate().connected(true, clock.nanoTime());
            chain.ack(position);
            lane.chains().forEach(Chain::onConnected);
        } else {
            chain.ack(position);
        }
        breaker.onTaken();
    }

    private void onFailed(long number, Chain chain, StreamPosition position, Throwable failure) {
        if (isOver(number)) {
            return;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        counters.counter("sink.failures", name).increment();
        log.warn("sink.failed." + name, "sink " + name + " did not take a batch: " + Guard.describe(cause), cause);
        if (isTheBatchesOwn(cause, chain, position)) {
            chain.rejected(position, "rejected");
            chain.ack(position);
            return;
        }
        Duration delay = breaker.onFailed();
        if (cause instanceof SinkException known
                && known.notBefore() != null
                && known.notBefore().compareTo(delay) > 0) {
            delay = known.notBefore().compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : known.notBefore();
        }
        connected = false;
        lane.gate().connected(false, clock.nanoTime());
        long until = clock.nanoTime() + delay.toNanos();
        for (Chain each : lane.chains()) {
            each.onDisconnected();
            each.pauseUntil(until);
        }
    }

    /**
     * Whether the batch will never go. A destination that is away never exhausts a batch; one that fails in ways that a
     * sink does not explain may have been broken by this very batch, and is not tried with it for ever.
     */
    private static boolean isTheBatchesOwn(Throwable cause, Chain chain, StreamPosition position) {
        if (cause instanceof SinkException known) {
            return !known.retryable();
        }
        boolean away = cause instanceof IOException
                || cause instanceof UncheckedIOException
                || cause instanceof TimeoutException;
        return !away && chain.refused(position) >= MOST_REFUSALS;
    }

    /** Whether this attempt has been settled already: by its timeout, say. */
    private boolean isOver(long number) {
        if (!busy || number != attempt) {
            return true;
        }
        busy = false;
        timers.cancel(timeout);
        return false;
    }

    /** Its lane's name. */
    public String name() {
        return name;
    }

    /** Whether the destination is given up for now. */
    public boolean isOpen() {
        return breaker.state() != CircuitBreaker.State.CLOSED;
    }

    /** Sends no more; the sink is closed on its own thread after the send that may be under way. */
    public void close() {
        busy = true;
        thread.execute(() -> guard.run("sink " + name, sink::close));
        thread.shutdown();
    }

    /** Waits for the end after {@link #close}; not on the control loop. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return thread.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }
}
