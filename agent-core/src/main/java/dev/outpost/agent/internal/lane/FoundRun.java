package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.SpoolStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A run that an earlier process left in the spool. Immutable.
 *
 * @param run where
 * @param acked up to where it is acknowledged
 * @param last the last batch
 * @param records what is not acknowledged
 * @param bytes what it takes
 */
record FoundRun(SpoolRun run, long acked, long last, long records, long bytes) {

    /** What the store knows of {@code runs}; disk thread. */
    static List<FoundRun> describe(SpoolStore store, List<SpoolRun> runs) throws IOException {
        List<FoundRun> found = new ArrayList<>();
        for (SpoolRun run : runs) {
            found.add(new FoundRun(run, store.acked(run), store.last(run), store.records(run), store.bytes(run)));
        }
        return found;
    }
}
