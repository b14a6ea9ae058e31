package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.Severity;
import dev.outpost.center.AgentInfo;
import dev.outpost.center.ControlCenter;
import dev.outpost.center.StreamGap;
import dev.outpost.center.TelemetryHandler;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A control center whose handler counts: records, by looking at each; batches that come twice or not in their turn; gaps.
 * Of records of severity {@link #TIMED} it notes how long they were under way, by the wall clock that both JVMs share. What
 * it has counted it tells when it ends.
 */
final class CountingCenterProcess implements TelemetryHandler {

    /** Marks the records whose delivery is timed. */
    static final Severity TIMED = Severity.DEBUG;

    private final Map<Epoch, Long> last = new HashMap<>();
    private final Histogram latency = new Histogram();
    private long records;
    private long bytes;
    private long repeated;
    private long outOfTurn;
    private long gaps;

    private record Epoch(UUID stream, long epoch) {}

    private CountingCenterProcess() {}

    public static void main(String[] arguments) throws Exception {
        CountingCenterProcess counts = new CountingCenterProcess();
        try (ControlCenter center = ControlCenter.builder()
                .endpoint(Link.of(arguments).endpoint(Integer.parseInt(arguments[2])))
                .telemetry(counts)
                .build()) {
            center.start();
            Parent.tell("port", center.port());
            Parent.awaitEnd();
        }
        Parent.tell("counted", counts.figures());
    }

    // Epochs of one agent may be called side by side; they are few, and so is what is done here.
    @Override
    public synchronized CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
        Long before = last.put(new Epoch(batch.streamId(), batch.epoch()), batch.sequence());
        long expected = before == null ? batch.sequence() : before + 1;
        if (batch.sequence() < expected) {
            repeated += batch.recordCount();
        } else if (batch.sequence() > expected) {
            outOfTurn++;
        }
        Instant now = Instant.now();
        long wall = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        records += LogBodies.visit(batch.body(), (epochNanos, severity) -> {
            if (severity == TIMED.number()) {
                latency.add(wall - epochNanos);
            }
        });
        bytes += batch.body().remaining();
        return CompletableFuture.completedStage(null);
    }

    @Override
    public synchronized void onGap(AgentInfo agent, StreamGap gap) {
        last.put(new Epoch(gap.streamId(), gap.epoch()), gap.through());
        gaps++;
    }

    private synchronized Figures figures() {
        Figures figures = new Figures()
                .with("records", records)
                .with("megabytes", bytes / 1e6)
                .with("repeated", repeated)
                .with("outOfTurn", outOfTurn)
                .with("gaps", gaps);
        return latency.into(figures, "delivery");
    }
}
