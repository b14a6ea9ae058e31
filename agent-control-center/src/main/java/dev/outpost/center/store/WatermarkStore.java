package dev.outpost.center.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * SPI: how far each epoch of each telemetry stream has been taken. A store that outlives the control center keeps batches from
 * being handled twice after a restart. Thread-safe; may block: it is called on workers.
 *
 * <p>An epoch is needed for as long as its agent may send it again: as long as agents keep a backlog on disk.
 *
 * <p><b>Errors:</b> an agent whose positions cannot be read is asked to come back later. When {@link #advance} throws, the
 * batch is acknowledged all the same, for it has been handled; the next batch of the epoch makes up for it.
 */
public interface WatermarkStore {

    /** The last sequence of the stream's epoch that was taken; 0 when none was. */
    long watermark(UUID streamId, long epoch);

    /** The stream's epoch was taken up to {@code sequence}. Without effect when it is further already. */
    void advance(UUID streamId, long epoch, long sequence);

    /** A store in memory, for as long as it is kept; of more than 200,000 epochs it forgets the one not used for longest. */
    static WatermarkStore inMemory() {
        Map<StreamEpoch, Long> watermarks = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<StreamEpoch, Long> eldest) {
                return size() > 200_000;
            }
        };
        return new WatermarkStore() {
            @Override
            public long watermark(UUID streamId, long epoch) {
                synchronized (watermarks) {
                    return watermarks.getOrDefault(new StreamEpoch(streamId, epoch), 0L);
                }
            }

            @Override
            public void advance(UUID streamId, long epoch, long sequence) {
                synchronized (watermarks) {
                    watermarks.merge(new StreamEpoch(streamId, epoch), sequence, Math::max);
                }
            }
        };
    }

    /**
     * One ordered sequence of batches.
     *
     * @param streamId the stream
     * @param epoch one run of it
     */
    record StreamEpoch(UUID streamId, long epoch) {}
}
