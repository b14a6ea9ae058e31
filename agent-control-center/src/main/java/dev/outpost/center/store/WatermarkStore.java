package dev.outpost.center.store;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SPI: how far each telemetry stream has been taken. A store that outlives the control center keeps batches from being handled
 * twice after a restart. Thread-safe; may block: it is called on workers.
 */
public interface WatermarkStore {

    /** The last sequence of the stream's epoch that was taken; 0 when none was. */
    long watermark(UUID streamId, long epoch);

    /** The stream's epoch was taken up to {@code sequence}; never less than before. */
    void advance(UUID streamId, long epoch, long sequence);

    /** A store in memory, for as long as it is kept. */
    static WatermarkStore inMemory() {
        Map<StreamEpoch, Long> watermarks = new ConcurrentHashMap<>();
        return new WatermarkStore() {
            @Override
            public long watermark(UUID streamId, long epoch) {
                return watermarks.getOrDefault(new StreamEpoch(streamId, epoch), 0L);
            }

            @Override
            public void advance(UUID streamId, long epoch, long sequence) {
                watermarks.merge(new StreamEpoch(streamId, epoch), sequence, Math::max);
            }
        };
    }

    /**
     * One run of an agent on a stream.
     *
     * @param streamId the stream
     * @param epoch the run
     */
    record StreamEpoch(UUID streamId, long epoch) {}
}
