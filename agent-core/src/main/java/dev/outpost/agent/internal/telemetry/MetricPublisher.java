package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.internal.otlp.OtlpMetricWriter;
import dev.outpost.agent.metric.Instrument;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** Puts metrics into their ring. Never waits: its callers are threads of the agent. Thread-safe. */
public final class MetricPublisher {

    private final TelemetryRing ring;
    private final SignalStats stats;
    private final LongAdder taken;
    private final int maxRecordBytes;
    private final BooleanSupplier open;

    /**
     * A publisher.
     *
     * @param taken counts the points that the ring took
     * @param open whether metrics are still taken
     */
    public MetricPublisher(
            TelemetryRing ring, SignalStats stats, LongAdder taken, int maxRecordBytes, BooleanSupplier open) {
        this.ring = ring;
        this.stats = stats;
        this.taken = taken;
        this.maxRecordBytes = maxRecordBytes;
        this.open = open;
    }

    /**
     * Publishes the points gathered for an instrument.
     *
     * @return true when the ring took them; false when they were dropped and counted
     */
    public boolean publish(Instrument instrument, OtlpMetricWriter points) {
        int count = points.count();
        if (!open.getAsBoolean()) {
            stats.closed().add(count);
            return false;
        }
        int size = points.size(instrument);
        if (size > maxRecordBytes) {
            stats.tooLarge().add(count);
            return false;
        }
        long sequence = ring.tryClaim(size);
        if (sequence < 0) {
            (sequence == TelemetryRing.NO_BYTES ? stats.noBytes() : stats.ringFull()).add(count);
            return false;
        }
        boolean complete = false;
        try {
            RecordSlot slot = ring.slot(sequence);
            points.put(slot.room(size), 0, instrument);
            slot.mark(ClosedBatch.IMPORTANT, null);
            slot.complete(size, count);
            complete = true;
        } finally {
            (complete ? taken : stats.encodeFailed()).add(count);
            ring.publish(sequence);
        }
        return complete;
    }
}
