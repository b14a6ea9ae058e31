package dev.outpost.agent.internal.runtime;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.Disk;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.journal.DiskJournal;
import dev.outpost.agent.internal.journal.Journal;
import dev.outpost.agent.internal.journal.NoJournal;
import dev.outpost.agent.internal.spool.DiskFiles;
import dev.outpost.agent.schedule.AgentClock;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The journal of an agent and the disk that it is on, if it was given a directory for one. Control loop only, but for what says
 * otherwise.
 */
final class AgentJournal {

    private final Disk disk = new Disk();
    private final @Nullable DiskJournal onDisk;
    private final Journal journal;

    /**
     * Not open.
     *
     * @param directory where it is, or null for none
     */
    AgentJournal(@Nullable Path directory, Timers timers, Inbox inbox, AgentClock clock, Counters counters) {
        onDisk = directory == null
                ? null
                : new DiskJournal(directory, new DiskFiles(), disk, timers, inbox, clock, counters);
        journal = onDisk == null ? new NoJournal() : onDisk;
    }

    /** What the parts of the agent write to; one that forgets everything when there is no directory. */
    Journal forParts() {
        return journal;
    }

    /** Begins to read what is remembered from before; false when nothing will come, for there is no directory. */
    boolean open(Journal.Restored restored) {
        if (onDisk == null) {
            return false;
        }
        onDisk.open(restored);
        return true;
    }

    /** Whether it is still to be seen what is remembered from before. */
    boolean isBeingRead() {
        return journal.isBeingRead();
    }

    /** What is wrong with it now; any thread. */
    Optional<String> problem() {
        return onDisk == null ? Optional.empty() : onDisk.problem();
    }

    /** Writes what is left; on the closing thread for an agent whose loop never ran. */
    void close() {
        if (onDisk == null) {
            disk.close();
        } else {
            onDisk.close();
        }
    }

    /** Waits until all is written, after {@link #close}; any thread. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return disk.awaitEnd(nanos);
    }
}
