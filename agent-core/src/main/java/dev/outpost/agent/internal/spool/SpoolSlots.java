package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The slots that a store holds: its own, and those of agents that have ended. Disk thread only. */
final class SpoolSlots {

    private final Path spool;
    private final SpoolFiles files;
    private final SlotDirectory own;
    private final List<SlotDirectory> adopted = new ArrayList<>();

    private SpoolSlots(Path spool, SpoolFiles files, SlotDirectory own) {
        this.spool = spool;
        this.files = files;
        this.own = own;
    }

    /** Takes the first slot that is free and can be used. */
    static SpoolSlots open(Path spool, SpoolFiles files) throws IOException {
        files.createDirectories(spool);
        IOException failure = new IOException("no slot of " + spool + " is free");
        for (int number = 0; number < SlotDirectory.SLOTS; number++) {
            try {
                Optional<SlotDirectory> own = SlotDirectory.tryTake(SlotDirectory.slot(spool, number), true, files);
                if (own.isPresent()) {
                    return new SpoolSlots(spool, files, own.get());
                }
            } catch (IOException e) {
                failure.addSuppressed(e); // another user's, or damaged: there are more
            }
        }
        throw failure;
    }

    SlotDirectory own() {
        return own;
    }

    /** Takes a slot that somebody has left; it is to be kept or let go. */
    Optional<SlotDirectory> tryTakeOrphan(int number) throws IOException {
        return SlotDirectory.tryTake(SlotDirectory.slot(spool, number), false, files);
    }

    void keep(SlotDirectory orphan) {
        adopted.add(orphan);
    }

    /** Gives an adopted slot back. */
    void letGo(SlotDirectory orphan) {
        adopted.remove(orphan);
        close(orphan);
    }

    /** Notes how far the runs are acknowledged. */
    void saveAcks(Collection<SpoolRun> runs) throws IOException {
        saveAcks(own, runs);
        for (SlotDirectory slot : adopted) {
            saveAcks(slot, runs);
        }
    }

    private static void saveAcks(SlotDirectory slot, Collection<SpoolRun> runs) throws IOException {
        NavigableMap<Long, Long> acks = new TreeMap<>();
        for (SpoolRun run : runs) {
            if (run.slot() == slot && !run.isEmpty()) {
                acks.put(run.epoch(), run.acked());
            }
        }
        slot.acks().write(acks);
    }

    /** Notes what is gone from the runs of a slot, durably. */
    void saveGaps(SlotDirectory slot, Collection<SpoolRun> runs) throws IOException {
        List<GapFile.Entry> entries = new ArrayList<>();
        for (SpoolRun run : runs) {
            if (run.slot() == slot) {
                for (Stored.Gap gap : run.gaps().values()) {
                    entries.add(new GapFile.Entry(
                            run.streamId(), run.epoch(), run.chain().name(), gap));
                }
            }
        }
        slot.gaps().write(entries);
    }

    /** Gives all slots back. */
    void close() {
        close(own);
        adopted.forEach(SpoolSlots::close);
        adopted.clear();
    }

    private static void close(SlotDirectory slot) {
        try {
            slot.close();
        } catch (IOException e) {
            Disposal.note("a slot could not be closed", e);
        }
    }
}
