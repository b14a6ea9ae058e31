package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a store gives up or finds lost: every batch of it ends in exactly one gap, and is told once. Disk thread only. */
final class SpoolLosses implements RunReader.Losses {

    private final List<SpoolRun> runs;
    private final SpoolSlots slots;
    private final SpoolFiles files;
    private final Quarantine quarantine;
    private final SpoolQuota quota;
    private final SpoolWriter writer;
    private final SpoolEvents events;

    SpoolLosses(
            List<SpoolRun> runs,
            SpoolSlots slots,
            SpoolFiles files,
            Quarantine quarantine,
            SpoolQuota quota,
            SpoolWriter writer,
            SpoolEvents events) {
        this.runs = runs;
        this.slots = slots;
        this.files = files;
        this.quarantine = quarantine;
        this.quota = quota;
        this.writer = writer;
        this.events = events;
    }

    /**
     * Gives up a run's segment, which is not written any more. The gap is noted first, so that a crash in between loses no
     * news.
     *
     * @throws IOException when the gap cannot be noted or the file not deleted; then nothing is given up
     */
    void evict(SpoolRun run, Segment segment, String reason) throws IOException {
        Map<Long, Stored.Gap> before = new TreeMap<>(run.gaps());
        List<Stored.Gap> lost = lostWith(run, segment, run.acked() + 1, reason, true);
        boolean evicted = false;
        try {
            lost.forEach(run::addGap);
            if (!lost.isEmpty()) {
                slots.saveGaps(run.slot(), runs);
            }
            run.reader().release(segment);
            files.delete(segment.path());
            evicted = true;
        } finally {
            if (!evicted) {
                run.gaps().clear();
                run.gaps().putAll(before);
            }
        }
        quota.forget(run, segment);
        lost.forEach(gap -> events.onLost(run, gap));
    }

    @Override
    public void onUnreadable(SpoolRun run, Segment segment, long from, String reason) {
        if (run.writes(segment)) {
            writer.settle(run);
        }
        List<Stored.Gap> lost = lostWith(run, segment, from, reason, false);
        quota.drop(run, segment);
        lost.forEach(gap -> note(run, gap));
    }

    @Override
    public void onCorrupt(SpoolRun run, Stored.Gap lost, ByteBuffer raw) {
        note(run, lost);
        quarantine.keep(run, lost.from(), raw);
    }

    @Override
    public void onMissing(SpoolRun run, Stored.Gap lost) {
        note(run, lost);
    }

    private void note(SpoolRun run, Stored.Gap lost) {
        run.addGap(lost);
        events.onLost(run, lost);
    }

    /** The gaps that take a segment's place: what of it is in no gap yet. */
    private List<Stored.Gap> lostWith(SpoolRun run, Segment segment, long from, String reason, boolean readable) {
        List<Stored.Gap> lost = new ArrayList<>();
        long first = Math.max(from, segment.id().firstSequence());
        for (Stored.Gap part : run.outsideGaps(first, segment.lastSequence(), reason)) {
            long records = readable
                    ? countRecords(run, segment, part)
                    : segment.recordsAfter(part.from() - 1) - segment.recordsAfter(part.through());
            lost.add(new Stored.Gap(part.from(), part.through(), SpoolRun.toRecords(records), reason));
        }
        return lost;
    }

    private long countRecords(SpoolRun run, Segment segment, Stored.Gap part) {
        try {
            return run.reader().countRecords(part.from(), part.through(), files);
        } catch (IOException e) {
            Disposal.note("a segment could not be read to count what is lost with it", e);
            return segment.recordsAfter(part.from() - 1) - segment.recordsAfter(part.through());
        }
    }
}
