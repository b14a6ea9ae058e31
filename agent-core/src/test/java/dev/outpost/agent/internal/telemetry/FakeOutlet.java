package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.spool.LaneOverflow;
import dev.outpost.agent.transport.Compression;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/** A lane of batches that a test delivers by hand. */
final class FakeOutlet implements Outlet {

    private final LaneGate gate;
    private final Compression compression;
    final Deque<ClosedBatch> held = new ArrayDeque<>();
    final List<ClosedBatch> delivered = new ArrayList<>();
    long refusedRecords;

    FakeOutlet(long maxBytes) {
        this(maxBytes, Compression.NONE);
    }

    FakeOutlet(long maxBytes, Compression compression) {
        gate = new LaneGate(maxBytes, LaneOverflow.block(Duration.ofSeconds(1)));
        this.compression = compression;
    }

    @Override
    public LaneGate gate() {
        return gate;
    }

    @Override
    public Compression compression() {
        return compression;
    }

    @Override
    public void accept(ClosedBatch batch) {
        held.add(batch);
    }

    @Override
    public void refuse(ClosedBatch batch) {
        refusedRecords += batch.records();
    }

    /** The far end takes the oldest batch. */
    void deliverOne(long now) {
        ClosedBatch batch = held.remove();
        delivered.add(batch);
        gate.release(batch.bytes());
        gate.progress(now);
    }

    long heldRecords() {
        return held.stream().mapToLong(ClosedBatch::records).sum();
    }

    long deliveredRecords() {
        return delivered.stream().mapToLong(ClosedBatch::records).sum();
    }

    /** The bodies of all records, delivered and held, in order. */
    List<String> bodies() {
        List<String> bodies = new ArrayList<>();
        for (List<ClosedBatch> batches : List.of(delivered, List.copyOf(held))) {
            for (ClosedBatch batch : batches) {
                new LogBatch(new UUID(1, 2), 1, 1, batch.records(), batch.body())
                        .records().stream().map(LogRecord::body).forEach(bodies::add);
            }
        }
        return bodies;
    }

    /** How many records each batch has, in order. */
    List<Integer> batchSizes() {
        return held.stream().map(ClosedBatch::records).toList();
    }
}
