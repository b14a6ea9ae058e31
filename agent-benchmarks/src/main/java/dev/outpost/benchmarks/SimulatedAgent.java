package dev.outpost.benchmarks;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Heartbeat;
import dev.outpost.agent.protocol.HeartbeatAck;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.MalformedMessageException;
import dev.outpost.agent.protocol.MessageCodec;
import dev.outpost.agent.protocol.Refusal;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.transport.Backoff;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says and when, with nothing behind it: hello, heartbeats, and coming back by the rules of the session (at once
 * after a loss unless the center gave a spread, then full jitter, and never before it was told to).
 */
final class SimulatedAgent extends ClientCall.Listener<byte[]> {

    private static final Duration HEARTBEAT = Duration.ofSeconds(30);
    private static final int DEMAND = 64;

    private final int number;
    private final Fleet fleet;
    private final byte[] hello;
    private final SplittableRandom random;
    private @Nullable ManagedChannel channel;
    private @Nullable ClientCall<byte[], byte[]> call;
    private Duration spread = Duration.ZERO;
    private Duration told = Duration.ZERO;
    private boolean welcomed;
    private int failures;
    private long nextId;
    private int generation;

    /** What all agents of a process share. */
    interface Fleet {

        FleetLink link();

        void later(Duration delay, Runnable action);

        void onWelcome();

        void onLost();

        void onFailed();

        void onAttempt();
    }

    SimulatedAgent(int number, Fleet fleet) {
        this.number = number;
        this.fleet = fleet;
        this.random = new SplittableRandom(number);
        this.hello = encode(
                1,
                new Hello(
                        Hello.PROTOCOL_VERSION,
                        "agent-" + number,
                        new UUID(7, number).toString(),
                        "simulated",
                        Map.of("zone", "z" + number % 10),
                        List.of("restart"),
                        List.of()));
    }

    private static byte[] encode(long id, AgentMessage message) {
        return MessageCodec.encodeAgent(new Envelope<>(id, 0, System.currentTimeMillis() * 1_000_000, message))
                .toByteArray();
    }

    synchronized void connect() {
        fleet.onAttempt();
        welcomed = false;
        told = Duration.ZERO;
        nextId = 2;
        generation++;
        ManagedChannel made = fleet.link().channel();
        channel = made;
        ClientCall<byte[], byte[]> next = made.newCall(FleetLink.CONNECT, CallOptions.DEFAULT);
        call = next;
        next.start(this, new Metadata());
        next.request(DEMAND);
        next.sendMessage(hello);
    }

    @Override
    public synchronized void onMessage(byte[] bytes) {
        CenterMessage message = decode(bytes);
        if (message instanceof Welcome welcome) {
            welcomed = true;
            failures = 0;
            spread = welcome.reconnectSpread();
            fleet.onWelcome();
            heartbeat(generation);
        } else if (message instanceof HeartbeatAck ack) {
            spread = ack.reconnectSpread();
        } else if (message instanceof Refusal refusal) {
            told = refusal.retryAfter();
        }
        ClientCall<byte[], byte[]> present = call;
        if (present != null) {
            present.request(1);
        }
    }

    private static CenterMessage decode(byte[] bytes) {
        try {
            return MessageCodec.decodeCenter(ByteBuffer.wrap(bytes)).payload();
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("the control center sent what is no message", e);
        }
    }

    private synchronized void heartbeat(int of) {
        ClientCall<byte[], byte[]> present = call;
        if (of != generation || present == null || !welcomed) {
            return;
        }
        present.sendMessage(encode(
                nextId++,
                new Heartbeat(
                        Heartbeat.Condition.HEALTHY,
                        List.of(),
                        Heartbeat.HostFigures.NONE,
                        Duration.ofSeconds(1),
                        0,
                        0,
                        0,
                        0,
                        0)));
        fleet.later(HEARTBEAT, () -> heartbeat(of));
    }

    @Override
    public synchronized void onClose(Status status, Metadata trailers) {
        ManagedChannel ended = channel;
        channel = null;
        call = null;
        if (ended != null) {
            ended.shutdownNow();
        }
        Duration delay;
        if (welcomed) {
            fleet.onLost();
            failures = 1;
            delay = part(spread);
        } else {
            fleet.onFailed();
            Duration share = part(spread);
            Duration backoff = Backoff.DEFAULT.delay(++failures, random);
            delay = share.compareTo(backoff) > 0 ? share : backoff;
        }
        welcomed = false;
        fleet.later(delay.compareTo(told) > 0 ? delay : told, this::connect);
    }

    private Duration part(Duration whole) {
        return Duration.ofMillis((long) (random.nextDouble() * whole.toMillis()));
    }

    @Override
    public String toString() {
        return "agent-" + number;
    }

    /** Shortest useful delay, so that all timers go the same way. */
    static long nanos(Duration delay) {
        return Math.max(TimeUnit.MICROSECONDS.toNanos(10), delay.toNanos());
    }
}
