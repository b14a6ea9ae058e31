package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Guard;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogSink;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.sink.SinkException;
import dev.outpost.agent.transport.Backoff;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Moves the batches of one lane to a {@link LogSink}, one at a time, again and again until it takes them. Control loop; the
 * sink itself is called on a thread of its own, which ends when there is nothing to send.
 */
public final class SinkPump {

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(30);
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(60));

    private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

    private final String name;
    private final LogSink sink;
    private final Lane lane;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final Guard guard;
    private final ThrottledLog log;
    private final Counters counters;
    private final ThreadPoolExecutor thread;
    private int failures;
    private long attempt;
    private boolean busy;

    /** The sink's method has been called and has not returned: it is not called a second time meanwhile. */
    private boolean calling;

    private Timers.@Nullable Timer timeout;

    /** A pump for {@code lane}, whose window is 1. */
    public SinkPump(
            String name,
            LogSink sink,
            Lane lane,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            Guard guard,
            ThrottledLog log,
            Counters counters) {
        this.name = name;
        this.sink = sink;
        this.lane = lane;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.random = random;
        this.guard = guard;
        this.log = log;
        this.counters = counters;
        this.thread = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), AgentThreads.workers("sink-" + name));
        this.thread.allowCoreThreadTimeOut(true);
    }

    /** Starts the next send, if there is something to send and none is under way; once per turn of the control loop. */
    public int pump() {
        Lane.Entry next = busy || calling ? null : lane.nextToSend(clock.nanoTime());
        if (next == null) {
            return 0;
        }
        lane.sent();
        ClosedBatch batch = next.batch();
        if (batch == null) {
            lane.ack(next.sequence(), clock.nanoTime());
            return 1;
        }
        busy = true;
        calling = true;
        long number = ++attempt;
        StreamPosition position = lane.position(next.sequence());
        LogBatch logs =
                new LogBatch(position.streamId(), position.epoch(), position.sequence(), next.records(), batch.body());
        timeout = timers.schedule(
                clock.nanoTime() + SEND_TIMEOUT.toNanos(),
                () -> onFailed(number, next.sequence(), new IllegalStateException("no answer in " + SEND_TIMEOUT)));
        thread.execute(() -> send(number, next.sequence(), logs));
        return 1;
    }

    private void send(long number, long sequence, LogBatch batch) {
        Throwable thrown = guard.run("log sink " + name, () -> {
            CompletionStage<?> stage = sink.send(batch);
            stage.whenComplete((ignored, failure) -> inbox.post(() -> {
                if (failure == null) {
                    onTaken(number, sequence);
                } else {
                    onFailed(number, sequence, failure);
                }
            }));
        });
        inbox.post(() -> {
            calling = false;
            if (thrown != null) {
                onFailed(number, sequence, thrown);
            }
        });
    }

    private void onTaken(long number, long sequence) {
        if (isOver(number)) {
            return;
        }
        failures = 0;
        lane.gate().connected(true, clock.nanoTime());
        lane.ack(sequence, clock.nanoTime());
    }

    private void onFailed(long number, long sequence, Throwable failure) {
        if (isOver(number)) {
            return;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        counters.counter("sink.failures", name).increment();
        log.warn("log.sink.failed." + name, "log sink " + name + " did not take a batch: " + cause, cause);
        if (cause instanceof SinkException known && !known.retryable()) {
            lane.rejected(sequence);
            lane.ack(sequence, clock.nanoTime()); // the gap that it leaves concerns nobody here
            return;
        }
        Duration delay = BACKOFF.delay(++failures + 1, random);
        if (cause instanceof SinkException known
                && known.notBefore() != null
                && known.notBefore().compareTo(delay) > 0) {
            delay = known.notBefore().compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : known.notBefore();
        }
        lane.gate().connected(false, clock.nanoTime());
        lane.rewind();
        lane.pauseUntil(clock.nanoTime() + delay.toNanos());
        timers.schedule(clock.nanoTime(), delay, () -> {}); // the loop turns then, and sends
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

    /** Sends no more; the sink is closed on its own thread after the send that may be under way. */
    public void close() {
        busy = true;
        thread.execute(() -> guard.run("log sink " + name, sink::close));
        thread.shutdown();
    }

    /** Waits for the end after {@link #close}; not on the control loop. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return thread.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    }
}
