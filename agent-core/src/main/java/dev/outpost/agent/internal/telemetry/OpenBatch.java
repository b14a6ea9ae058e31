package dev.outpost.agent.internal.telemetry;

import dev.outpost.agent.internal.proto.Wire;
import dev.outpost.agent.protocol.Signal;
import dev.outpost.agent.protocol.TelemetryBatch.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch that records are added to, one behind the other. Owned by the telemetry loop.
 *
 * <p>Each record becomes field 2 of the body, which is {@code log_records} of {@code ScopeLogs} and {@code metrics} of
 * {@code ScopeMetrics} alike.
 */
final class OpenBatch {

    private static final int RECORD_TAG = 2 << 3 | Wire.LENGTH_DELIMITED;
    private static final int SMALLEST_ARRAY = 4 * 1024;
    private static final int MOST_FRAMING = 6;

    private final Signal signal;
    private final int priority;
    private final int usualBytes;
    private byte[] bytes = new byte[SMALLEST_ARRAY];
    private int length;
    private int records;
    private long oldestNanos;
    private long firstSlot;
    private List<Promise> promises = List.of();

    OpenBatch(Signal signal, int priority, int usualBytes) {
        this.signal = signal;
        this.priority = priority;
        this.usualBytes = usualBytes;
    }

    void append(RecordSlot slot, long sequence, long now) {
        int size = slot.length();
        if (records == 0) {
            oldestNanos = now;
            firstSlot = sequence;
        }
        if (length + size + MOST_FRAMING > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + size + MOST_FRAMING, 2 * bytes.length));
        }
        bytes[length++] = RECORD_TAG;
        length = Wire.putVarint(bytes, length, size);
        System.arraycopy(slot.bytes(), 0, bytes, length, size);
        length += size;
        records += slot.items();
        Promise promise = slot.promise();
        if (promise != null) {
            if (promises.isEmpty()) {
                promises = new ArrayList<>();
            }
            promises.add(promise);
        }
    }

    ClosedBatch close(long now) {
        // A copy of the exact size: the lane holds what it counts, and the array here is made and zeroed only once.
        ByteBuffer body = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
        ClosedBatch batch = new ClosedBatch(signal, priority, records, Codec.NONE, body, now, promises);
        if (bytes.length > 2 * usualBytes) {
            bytes = new byte[SMALLEST_ARRAY]; // one large record is no reason to stay large
        }
        length = 0;
        records = 0;
        promises = List.of();
        return batch;
    }

    boolean isEmpty() {
        return records == 0;
    }

    int length() {
        return length;
    }

    int records() {
        return records;
    }

    long oldestNanos() {
        return oldestNanos;
    }

    /** The ring's sequence of its first record. */
    long firstSlot() {
        return firstSlot;
    }

    boolean isAwaited() {
        return !promises.isEmpty();
    }
}
