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
import java.util.concurrent.CountDownLatch;

/**
 * An agent that lives through the storm: it sends a ping every ten milliseconds as long as there is a control center, and is let in as
 * soon as the next one is there. When it ends it tells the percentiles of the round trips with the last one.
 */
final class ProbeProcess implements ConnectionListener<CenterMessage> {

    private static final long PERIOD_MILLIS = 10;

    private final Histogram trips = new Histogram();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean welcomed;
    private long sentNanos;

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
        Histogram last = new Histogram();
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
                last = probe.trips;
            }
        }
        Parent.tell("figures", last.into(new Figures(), "trip"));
    }

    private void pingUntil(Connection<AgentMessage> connection, CountDownLatch ended) throws InterruptedException {
        long id = 2;
        while (ended.getCount() > 0 && gone.getCount() > 0) {
            synchronized (this) {
                if (sentNanos == 0 && connection.trySend(new Envelope<>(id++, 0, 1, new Ping()))) {
                    sentNanos = System.nanoTime();
                }
            }
            Thread.sleep(PERIOD_MILLIS);
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
            synchronized (this) {
                trips.add(System.nanoTime() - sentNanos);
                sentNanos = 0;
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
