package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.otlp.OtlpLogWriter;
import dev.outpost.agent.internal.proto.Utf8;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.NotDurableException;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.schedule.AgentClock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link Logs} of the application: sizes the record, claims a slot, encodes into it. Thread-safe; allocates nothing in the
 * steady state.
 */
public final class LogPublisher implements Logs {

    private static final long SHORTEST_PARK = 50_000;
    private static final long LONGEST_PARK = 1_000_000;
    private static final int TIMES_FITTING_INT = Integer.MAX_VALUE / 8;

    private final TelemetryRing ring;
    private final SignalStats stats;
    private final AgentClock clock;
    private final OverflowPolicy overflow;
    private final int maxRecordBytes;
    private final BooleanSupplier open;
    private final Function<CompletableFuture<Void>, Promise> promises;

    /**
     * A publisher.
     *
     * @param open whether records are still taken
     * @param promises makes what completes a future when its record is safe in all lanes
     */
    public LogPublisher(
            TelemetryRing ring,
            SignalStats stats,
            AgentClock clock,
            OverflowPolicy overflow,
            int maxRecordBytes,
            BooleanSupplier open,
            Function<CompletableFuture<Void>, Promise> promises) {
        this.ring = ring;
        this.stats = stats;
        this.clock = clock;
        this.overflow = overflow;
        this.maxRecordBytes = maxRecordBytes;
        this.open = open;
        this.promises = promises;
    }

    @Override
    public boolean publish(Severity severity, String body) {
        int bodyLength = length(body);
        int size = OtlpLogWriter.size(bodyLength);
        long sequence = claim(size, severity);
        if (sequence < 0) {
            return false;
        }
        RecordSlot slot = ring.slot(sequence);
        boolean complete = false;
        try {
            byte[] room = slot.room(size);
            long now = clock.epochNanos();
            int at = OtlpLogWriter.putStart(room, 0, now, severity.number(), body, bodyLength);
            complete = complete(slot, OtlpLogWriter.putEnd(room, at, now), size, severity, null);
        } finally {
            end(sequence, complete);
        }
        return complete;
    }

    @Override
    public boolean publish(Severity severity, String body, String key, String value) {
        int bodyLength = length(body);
        int keyLength = length(key);
        int valueLength = length(value);
        int size = OtlpLogWriter.size(bodyLength) + OtlpLogWriter.attributeSize(keyLength, valueLength);
        long sequence = claim(size, severity);
        if (sequence < 0) {
            return false;
        }
        RecordSlot slot = ring.slot(sequence);
        boolean complete = false;
        try {
            byte[] room = slot.room(size);
            long now = clock.epochNanos();
            int at = OtlpLogWriter.putStart(room, 0, now, severity.number(), body, bodyLength);
            at = OtlpLogWriter.putAttribute(room, at, key, keyLength, value, valueLength);
            complete = complete(slot, OtlpLogWriter.putEnd(room, at, now), size, severity, null);
        } finally {
            end(sequence, complete);
        }
        return complete;
    }

    @Override
    public boolean publish(Severity severity, String body, String key1, String value1, String key2, String value2) {
        int bodyLength = length(body);
        int key1Length = length(key1);
        int value1Length = length(value1);
        int key2Length = length(key2);
        int value2Length = length(value2);
        int size = OtlpLogWriter.size(bodyLength)
                + OtlpLogWriter.attributeSize(key1Length, value1Length)
                + OtlpLogWriter.attributeSize(key2Length, value2Length);
        long sequence = claim(size, severity);
        if (sequence < 0) {
            return false;
        }
        RecordSlot slot = ring.slot(sequence);
        boolean complete = false;
        try {
            byte[] room = slot.room(size);
            long now = clock.epochNanos();
            int at = OtlpLogWriter.putStart(room, 0, now, severity.number(), body, bodyLength);
            at = OtlpLogWriter.putAttribute(room, at, key1, key1Length, value1, value1Length);
            at = OtlpLogWriter.putAttribute(room, at, key2, key2Length, value2, value2Length);
            complete = complete(slot, OtlpLogWriter.putEnd(room, at, now), size, severity, null);
        } finally {
            end(sequence, complete);
        }
        return complete;
    }

    @Override
    public boolean publish(LogRecord record) {
        return publish(record, Attributes.empty());
    }

    /** Publishes a record with further attributes. */
    public boolean publish(LogRecord record, Attributes more) {
        return publish(record, more, null);
    }

    @Override
    public CompletableFuture<Void> publishDurable(LogRecord record) {
        return publishDurable(record, Attributes.empty());
    }

    /** Publishes a record with further attributes, and tells when it is safe. */
    public CompletableFuture<Void> publishDurable(LogRecord record, Attributes more) {
        CompletableFuture<Void> safe = new CompletableFuture<>();
        Promise promise = promises.apply(safe);
        if (!publish(record, more, promise)) {
            safe.completeExceptionally(new NotDurableException("not_taken"));
        }
        return safe;
    }

    private boolean publish(LogRecord record, Attributes more, @Nullable Promise promise) {
        if (record.body().length() > TIMES_FITTING_INT) {
            stats.tooLarge().increment();
            return false;
        }
        int size = OtlpLogWriter.size(record, more);
        long sequence = claim(size, record.severity());
        if (sequence < 0) {
            return false;
        }
        RecordSlot slot = ring.slot(sequence);
        boolean complete = false;
        try {
            int end = OtlpLogWriter.put(slot.room(size), 0, record, more, clock.epochNanos());
            complete = complete(slot, end, size, record.severity(), promise);
        } finally {
            end(sequence, complete);
        }
        return complete;
    }

    /** UTF-8 length; capped, so that sums of a few cannot overflow and are refused as too large. */
    private static int length(String text) {
        return text.length() > TIMES_FITTING_INT ? TIMES_FITTING_INT : Utf8.length(text);
    }

    private static boolean complete(RecordSlot slot, int end, int size, Severity severity, @Nullable Promise promise) {
        if (end != size) {
            throw new IllegalStateException("a record was sized " + size + " and has " + end + " bytes");
        }
        slot.mark(isImportant(severity) ? ClosedBatch.IMPORTANT : ClosedBatch.BULK, promise);
        slot.complete(size, 1);
        return true;
    }

    /** Whatever happened, the slot goes on, or the ring would stand still for ever. */
    private void end(long sequence, boolean complete) {
        if (!complete) {
            stats.encodeFailed().increment();
        }
        ring.publish(sequence);
    }

    private long claim(int size, Severity severity) {
        if (!open.getAsBoolean()) {
            stats.closed().increment();
            return TelemetryRing.FULL;
        }
        if (size > maxRecordBytes || size < 0) {
            stats.tooLarge().increment();
            return TelemetryRing.FULL;
        }
        long sequence = tryClaim(size, severity);
        return sequence >= 0 ? sequence : claimSlowly(size, severity, sequence);
    }

    private long tryClaim(int size, Severity severity) {
        return isImportant(severity) ? ring.tryClaim(size) : ring.tryClaimBulk(size);
    }

    private static boolean isImportant(Severity severity) {
        return severity.compareTo(Severity.WARN) >= 0;
    }

    private long claimSlowly(int size, Severity severity, long first) {
        long answer = first;
        long maxWait = overflow.maxWait().toNanos();
        if (maxWait > 0 && severity.compareTo(overflow.minimumSeverity()) >= 0 && !AgentThreads.isServiceThread()) {
            long start = clock.nanoTime();
            long park = SHORTEST_PARK;
            while (answer < 0 && clock.nanoTime() - start < maxWait && open.getAsBoolean()) {
                LockSupport.parkNanos(this, park);
                if (Thread.currentThread().isInterrupted()) {
                    break; // parking would return at once: rather drop than burn the CPU
                }
                park = Math.min(LONGEST_PARK, 2 * park);
                answer = tryClaim(size, severity);
            }
        }
        if (answer == TelemetryRing.NO_BYTES) {
            stats.noBytes().increment();
        } else if (answer == TelemetryRing.FULL) {
            stats.ringFull().increment();
        }
        return answer;
    }
}
