package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.Authenticator;
import dev.outpost.center.CenterListener;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.TelemetryHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A control center whose handler takes batches and does not finish with any, for as long as it is told; then it takes all at
 * once. Tells the most memory outside of the heap meanwhile, and in the end what arrived.
 */
final class StallCenterProcess implements TelemetryHandler {

    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private final CompletableFuture<Void> stalled = new CompletableFuture<>();
    private final Map<Epoch, Long> last = new HashMap<>();
    private long records;
    private long repeated;
    private long heartbeats;

    private record Epoch(UUID stream, long epoch) {}

    private StallCenterProcess() {}

    /** Security, certificates, seconds of the stall. */
    public static void main(String[] arguments) throws Exception {
        MemoryWatch memory = MemoryWatch.start();
        StallCenterProcess handler = new StallCenterProcess();
        try (ControlCenter center = ControlCenter.builder()
                .endpoint(Link.of(arguments).endpoint())
                .authenticator(Authenticator.everybody())
                .heartbeatInterval(HEARTBEAT)
                .telemetry(handler)
                .listener(new CenterListener() {
                    @Override
                    public void onHeartbeat(AgentInfo agent) {
                        handler.heartbeat();
                    }
                })
                .build()) {
            center.start();
            Parent.tell("port", center.port());
            handler.awaitFirst();
            long before = handler.heartbeats();
            double direct = memory.mostDirectMegabytes(Duration.ofSeconds(Integer.parseInt(arguments[2])));
            Parent.tell(
                    "stalled",
                    memory.into(new Figures().with("most", direct).with("heartbeats", handler.heartbeats() - before)));
            handler.stalled.complete(null);
            Parent.awaitEnd();
        }
        Parent.tell("counted", handler.figures());
    }

    private synchronized void heartbeat() {
        heartbeats++;
    }

    private synchronized long heartbeats() {
        return heartbeats;
    }

    private synchronized void awaitFirst() throws InterruptedException {
        while (records == 0) {
            wait(TimeUnit.SECONDS.toMillis(1));
        }
    }

    @Override
    public synchronized CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
        Long before = last.put(new Epoch(batch.streamId(), batch.epoch()), batch.sequence());
        repeated += before != null && before >= batch.sequence() ? batch.recordCount() : 0;
        records += batch.recordCount();
        return stalled;
    }

    private synchronized Figures figures() {
        return new Figures().with("records", records).with("repeated", repeated);
    }
}
