package dev.outpost.agent.internal.spool;

import java.io.IOException;

/** What the store tells; on the disk thread. */
public interface SpoolEvents {

    /** Batches of the run are written up to {@code through}, and will survive the process. */
    void onWritten(SpoolRun run, long through);

    /** Batches of the run are forced up to {@code through}, and will survive the machine. */
    void onSynced(SpoolRun run, long through);

    /**
     * A batch could not be written or forced: the run holds nothing beyond {@code synced}, and takes nothing more of this
     * attempt.
     */
    void onFailed(SpoolRun run, long synced, IOException failure);

    /** Batches that the store held are gone. */
    void onLost(SpoolRun run, Stored.Gap lost);
}
