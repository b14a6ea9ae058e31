package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.BatchAck;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.TelemetryBatch;
import dev.outpost.agent.protocol.TelemetryBatch.Codec;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Transport;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Sends one batch again and again under new numbers, as many at once as an agent does, to a control center. */
final class SendStage implements ConnectionListener<CenterMessage> {

    private static final int WINDOW = 8;
    private static final int PATIENCE_SECONDS = 10;

    private final UUID stream = UUID.randomUUID();
    private final LogBatch batch;
    private final Semaphore window = new Semaphore(WINDOW);
    private final Semaphore writable = new Semaphore(0);
    private final CountDownLatch open = new CountDownLatch(1);
    private long acknowledged;
    private long sent;
    private long messages = 1;
    private volatile boolean done;

    private SendStage(LogBatch batch) {
        this.batch = batch;
    }

    /** Nanoseconds per record, from the first byte to the acknowledgement, with a full window. */
    static double measure(Transport transport, LogBatch batch) throws Exception {
        SendStage stage = new SendStage(batch);
        Hello hello = new Hello(
                Hello.PROTOCOL_VERSION,
                Link.AGENT,
                "stages",
                "stages",
                Map.of(),
                List.of(),
                List.of(new StreamPosition(stage.stream, 1, 0)));
        try (transport) {
            Connection<AgentMessage> connection = transport.open(new Envelope<>(1, 0, 0, hello), stage);
            connection.request(Integer.MAX_VALUE);
            if (!stage.open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no connection to " + transport.target());
            }
            double nanos = Loop.best(() -> stage.send(connection));
            stage.done = true;
            return nanos;
        }
    }

    private int send(Connection<AgentMessage> connection) throws InterruptedException {
        if (!window.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no acknowledgement for " + PATIENCE_SECONDS + " s");
        }
        TelemetryBatch next = new TelemetryBatch(
                new StreamPosition(stream, 1, ++sent), Signal.LOGS, batch.recordCount(), Codec.NONE, batch.body());
        Envelope<AgentMessage> message = new Envelope<>(++messages, 0, 0, next);
        while (!connection.trySend(message)) {
            writable.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        return batch.recordCount();
    }

    @Override
    public void onOpen() {
        open.countDown();
    }

    @Override
    public void onMessage(Envelope<CenterMessage> message) {
        if (message.payload() instanceof BatchAck ack) {
            long through = ack.through().sequence();
            window.release((int) (through - acknowledged));
            acknowledged = through;
        }
    }

    @Override
    public void onWritable() {
        writable.release();
    }

    @Override
    public void onClosed(CloseReason reason) {
        if (!done) {
            System.err.println("the connection ended: " + reason);
        }
    }
}
