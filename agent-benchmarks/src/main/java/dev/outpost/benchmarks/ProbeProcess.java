package dev.outpost.benchmarks;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Ping;
import dev.outpost.agent.protocol.Pong;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent that lives through the storm: it sends a ping every ten milliseconds, answered or not, as long as there is a control center, and is let in as
 * soon as the next one is there. When it ends it tells the percentiles of the round trips with the last one.
 */
final class ProbeProcess implements ConnectionListener<CenterMessage> {

    private static final long PERIOD_MILLIS = 10;
    private static final long WARM_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);

    private final Histogram trips = new Histogram();

    /** Those that were due when the control center had been up for a while. */
    private final Histogram warmTrips = new Histogram();

    private volatile long warmFromNanos = Long.MAX_VALUE;
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean welcomed;
    private final Map<Long, Long> due = new ConcurrentHashMap<>();

    private ProbeProcess() {}

    public static void main(String[] arguments) throws Exception {
        Link link = Link.of(arguments);
        var transport = link.transport(Integer.parseInt(arguments[2]));
        CountDownLatch ended = new CountDownLatch(1);
        Thread end = new Thread(() -> {
            try {
                Parent.awaitEnd();
            } catch (IOException e) {
                System.err.println("standard input failed: " + e);
            }
            ended.countDown();
        });
        end.setDaemon(true);
        end.start();
        ProbeProcess last = new ProbeProcess();
        while (ended.getCount() > 0) {
            ProbeProcess probe = new ProbeProcess();
            Hello hello = new Hello(1, "probe", "probe", "probe", Map.of(), List.of(), List.of());
            Connection<AgentMessage> connection = transport.open(new Envelope<>(1, 0, 1, hello), probe);
            connection.request(1_000_000);
            while (!probe.welcomed && probe.gone.getCount() > 0) {
                Thread.sleep(PERIOD_MILLIS);
            }
            if (probe.welcomed) {
                Parent.tell("welcomed", System.currentTimeMillis());
                probe.pingUntil(connection, ended);
                last = probe;
            }
        }
        synchronized (last.trips) {
            Parent.tell("figures", last.warmTrips.into(last.trips.into(new Figures(), "trip"), "warm"));
        }
    }

    /** Each ping counts from the moment at which it was due, also when the one before has not been answered yet. */
    private void pingUntil(Connection<AgentMessage> connection, CountDownLatch ended) throws InterruptedException {
        long next = System.nanoTime();
        warmFromNanos = next + WARM_NANOS;
        for (long id = 2; ended.getCount() > 0 && gone.getCount() > 0; id++) {
            due.put(id, next);
            while (!connection.trySend(new Envelope<>(id, 0, 1, new Ping())) && gone.getCount() > 0) {
                Thread.sleep(1);
            }
            next += PERIOD_NANOS;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    @Override
    public void onOpen() {
        // the hello is on its way
    }

    @Override
    public void onMessage(Envelope<CenterMessage> message) {
        if (message.payload() instanceof Welcome) {
            welcomed = true;
        } else if (message.payload() instanceof Pong) {
            Long from = due.remove(message.inReplyTo());
            if (from != null) {
                synchronized (trips) {
                    trips.add(System.nanoTime() - from);
                    if (from - warmFromNanos >= 0) {
                        warmTrips.add(System.nanoTime() - from);
                    }
                }
            }
        }
    }

    @Override
    public void onWritable() {
        // the next period tries again
    }

    @Override
    public void onClosed(CloseReason reason) {
        gone.countDown();
    }
}
