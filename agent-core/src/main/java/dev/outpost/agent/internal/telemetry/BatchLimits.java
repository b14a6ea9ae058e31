package dev.outpost.agent.internal.telemetry;

/**
 * When a batch is closed: when it has so many records and its lane waits for more, when it has so many bytes, or when its
 * oldest record is so old.
 *
 * @param records records at which an idle lane gets the batch
 * @param bytes bytes at which any batch is closed
 * @param nanos age at which any batch is closed
 */
public record BatchLimits(int records, int bytes, long nanos) {

    /** The same without the limit of records: for what nobody waits for. */
    public BatchLimits withoutRecords() {
        return new BatchLimits(Integer.MAX_VALUE, bytes, nanos);
    }
}
