package dev.outpost.examples.kill;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.sink.SinkException;
import dev.outpost.agent.transport.grpc.GrpcTransportServer;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.Authenticator;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.StreamGap;
import dev.outpost.center.TelemetryHandler;
import dev.outpost.center.store.WatermarkStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A control center whose data and positions are one ledger, and whose handler is slow, fails, or never answers now and then.
 * After {@link #close} it is as dead as a killed one: what its handlers are still at does not come to the ledger.
 */
final class KillCenter implements AutoCloseable {

    private final Ledger ledger;
    private final Object life = new Object();
    private final ControlCenter center;
    private boolean dead;

    /** Whether handlers do what they please. */
    enum Mood {
        CALM,
        FICKLE
    }

    private KillCenter(int port, Ledger ledger, Mood mood, long seed) {
        this.ledger = ledger;
        this.center = ControlCenter.builder()
                .endpoint(GrpcTransportServer.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .plaintext()
                        .build())
                .authenticator(Authenticator.everybody())
                .telemetry(new Handler(mood, new Random(seed)))
                .heartbeatInterval(Duration.ofMillis(500))
                .build();
    }

    static KillCenter open(int port, Ledger ledger, Mood mood, long seed) throws IOException {
        KillCenter opened = new KillCenter(port, ledger, mood, seed);
        opened.center.start();
        return opened;
    }

    /** One in a process of its own. Arguments: port, ledger, seed. It says "up" and goes on until it is killed. */
    public static void main(String[] args) throws Exception {
        Ledger ledger = new Ledger(Path.of(args[1]));
        KillCenter center = open(Integer.parseInt(args[0]), ledger, Mood.FICKLE, Long.parseLong(args[2]));
        System.out.println("up");
        while (System.in.read() >= 0) {}
        center.close(); // the parent is gone
    }

    @Override
    public void close() {
        synchronized (life) {
            dead = true;
        }
        center.close();
    }

    private void commit(Runnable commit) {
        synchronized (life) {
            if (dead) {
                throw new IllegalStateException("killed before the commit");
            }
            commit.run();
        }
    }

    private final class Handler implements TelemetryHandler {

        private final Mood mood;
        private final Random random;

        Handler(Mood mood, Random random) {
            this.mood = mood;
            this.random = random;
        }

        @Override
        public Optional<WatermarkStore> watermarks() {
            return Optional.of(ledger);
        }

        @Override
        public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
            return take(() -> ledger.takeLogs(batch));
        }

        @Override
        public CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
            return take(() -> ledger.takeMetrics(batch));
        }

        @Override
        public void onGap(AgentInfo agent, StreamGap gap) {
            commit(() -> ledger.takeGap(gap));
        }

        private CompletionStage<?> take(Runnable toLedger) {
            int whim = mood == Mood.CALM ? 100 : random.nextInt(100);
            if (whim < 2) {
                return CompletableFuture.failedFuture(
                        SinkException.retryableAfter(Duration.ofMillis(random.nextInt(200)), "not now"));
            }
            if (whim < 5) {
                return CompletableFuture.runAsync(() -> commit(toLedger), later(random.nextInt(150)));
            }
            commit(toLedger);
            if (whim < 7) { // stored, and acknowledged late
                return CompletableFuture.runAsync(() -> {}, later(random.nextInt(300)));
            }
            return CompletableFuture.completedStage(null);
        }

        private Executor later(int millis) {
            return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
        }
    }
}
